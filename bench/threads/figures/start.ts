import { once } from "node:events";
import { Worker } from "node:worker_threads";

import type { Kernel } from "@doorbell-js/doorbell/kernel";

import type { Figure } from "./figure.ts";

/** From asking for a thread until it has said that it is up: ours has joined and made a server by then. */
export function startOfThread(kernel: Kernel): Figure {
  return {
    rows: [{ name: "a thread started", unit: "ms", targets: [] }],
    turns: [
      {
        who: "doorbell",
        measure: async () =>
          await timed(async () => (await kernel.spawn(new URL("../peers/parked-server.js", import.meta.url))).worker),
      },
      {
        who: "bare Worker",
        measure: async () =>
          await timed(async () => await Promise.resolve(new Worker(new URL("../peers/parked.js", import.meta.url)))),
      },
    ],
  };
}

async function timed(start: () => Promise<Worker>): Promise<readonly number[]> {
  const before = performance.now();
  const worker = await start();
  await once(worker, "message");
  const took = performance.now() - before;
  await worker.terminate();
  return [took];
}
