/** A worker that plays one part. */
import { Kernel } from "../../../src/kernel/index.ts";
import { type Part, playPart } from "./parts.ts";

const kernel = await Kernel.join();
await Promise.all((kernel.data as readonly Part[]).map((part) => playPart(kernel, part)));
await kernel.leave();
