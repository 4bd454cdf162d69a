#!/usr/bin/env node
import "./no-inspector.js";

// Loaded behind that, and not beside it: loading it takes longer than a signal.
await import("../dist/bundle/main.js");
