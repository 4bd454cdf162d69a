import { on } from "node:events";
import { type MessagePort, parentPort } from "node:worker_threads";

import { Kernel } from "../../../src/kernel/kernel.ts";

/** Plays what `Players` say, in a worker of theirs. */
export async function playAll(play: (kernel: Kernel, what: unknown) => Promise<void>): Promise<void> {
  const kernel = await Kernel.join();
  for await (const [what] of on(parentPort as MessagePort, "message")) {
    await play(kernel, what);
    parentPort?.postMessage("played");
  }
}
