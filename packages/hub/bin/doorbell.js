#!/usr/bin/env node
// Without a listener Node opens its inspector at this signal, to every user of the machine. So it is the very first thing
// done, and the program is loaded after it. Commands that have something to say to the signal listen too.
process.on("SIGUSR1", () => {});
await import("../dist/bundle/main.js");
