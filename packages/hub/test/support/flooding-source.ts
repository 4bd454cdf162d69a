/** A thread with a source `random` that rings as fast as it can, once it is subscribed to, and one that quits with it. */
import { setImmediate as turn } from "node:timers/promises";

import { Kernel } from "@doorbell-js/doorbell/kernel";

import { MockSource } from "./mock-source.ts";

const rings = 200_000;
/** Between turns of its event loop. */
const atOnce = 500;

const kernel = await Kernel.join();
const source = await MockSource.start(kernel, "random", 1, ["0"]);
while (source.subscribers === 0) await turn();
for (let ring = 2; ring <= rings; ring += 1) {
  source.ring(ring);
  if (ring % atOnce === 0) await turn();
}
