/** A worker that sends one message more than a queue of eight has room for, and then says that it has. */
import "../support/woken.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
const { full, told, inLine } = kernel.data as {
  readonly full: SidWords;
  readonly told: SidWords;
  /** Set once the last message waits for room, and this thread sleeps. */
  readonly inLine: SharedArrayBuffer;
};
const connection = await kernel.connect(Sid.from(full));
const main = await kernel.connect(Sid.from(told));
for (let sent = 0; sent < 8; sent += 1) await connection.scalar(0, [sent]);
await main.blockingScalar(0);
const last = connection.scalar(0, [8]);
for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
Atomics.store(new Int32Array(inLine), 0, 1);
await last;
await main.scalar(0);
