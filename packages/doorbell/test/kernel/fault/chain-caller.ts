/** A worker that calls a chain again and again until it is told to stop, and says how it went. It may be ended at any time. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { chainCall } from "./chain-call.ts";

/** What a caller is told. */
export interface CallerData {
  readonly sid: SidWords;
  readonly sync: boolean;
  /** Calls that were answered, calls whose server was gone, whether to stop, whether it has stopped. */
  readonly counters: SharedArrayBuffer;
}

const kernel = await Kernel.join();
const { sid, sync, counters } = kernel.data as CallerData;
const shared = new Int32Array(counters);
let connection: Connection | undefined;

const many = async (turn: number): Promise<void> => {
  if (connection?.alive !== true) {
    connection?.disconnect();
    connection = await kernel.connect(Sid.from(sid));
  }
  const to = connection;
  // Several at a time, if it does not block.
  const calls = Array.from({ length: sync ? 1 : 6 }, (_, at) => chainCall(to, turn * 7 + at, sync));
  for (const answered of await Promise.all(calls)) Atomics.add(shared, answered ? 0 : 1, 1);
};
for (let turn = 0; Atomics.load(shared, 2) === 0; turn += 1) await many(turn);
Atomics.store(shared, 3, 1);
await kernel.leave();
