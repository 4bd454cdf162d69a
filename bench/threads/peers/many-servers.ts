/** A thread with many servers: says their ids, and stays idle. */
import { parentPort } from "node:worker_threads";

import { Kernel, type SidWords } from "@doorbell-js/doorbell/kernel";

const kernel = await Kernel.join();
const sids: SidWords[] = [];
const held: unknown[] = [];
for (let made = 0; made < (kernel.data as number); made += 1) {
  const server = await kernel.createServer();
  sids.push(server.sid.words());
  held.push(server);
}
parentPort?.on("message", () => {
  globalThis.gc?.();
  parentPort?.postMessage(held.length);
});
parentPort?.postMessage(sids);
