/** A client of a public face that floods it, or that takes no answer; bounded, and until it is told that it is enough. */
import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { Count, floodMax, type PestJob, unreadMax } from "./face-pest-job.ts";

const [note, twice, look] = [1, 2, 8];

const kernel = await Kernel.join();
const job = kernel.data as PestJob;
const counters = new Int32Array(job.counters);
const connection = await kernel.connect(Sid.from(job.sid));
if (job.does === "floods") await flood(connection);
else await takeNoAnswer(connection);
await kernel.leave();

async function flood(to: Connection): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let sent = 0; sent < floodMax && Atomics.load(counters, Count.enough) === 0; sent += 1) {
    to.scalarSync(note, [sent % 60_000]);
    // Now and then as many calls as there is room for, too, and nobody looks for their answers.
    while (sent % 1_000 === 0 && calls.length < 50_000) {
      const call = to.tryLend(look, new Memory(2_000));
      if (typeof call === "string") break;
      calls.push(call);
    }
    Atomics.add(counters, Count.sent, 1);
  }
  await Promise.all(calls);
  Atomics.add(counters, Count.answered, calls.length);
}

async function takeNoAnswer(to: Connection): Promise<void> {
  const calls: Promise<unknown>[] = [];
  // One turn of the event loop, in which nothing that comes is taken.
  while (calls.length < unreadMax && Atomics.load(counters, Count.enough) === 0) {
    const call = to.tryBlockingScalar(twice, [calls.length]);
    if (call === "ServerQueueFull") continue;
    if (typeof call === "string") throw new KernelError(call, "the face is gone");
    calls.push(call);
    Atomics.add(counters, Count.sent, 1);
  }
  Atomics.store(counters, Count.deaf, 1);
  Atomics.wait(counters, Count.enough, 0, 120_000);
  for (const [at, call] of calls.entries()) {
    const [answer] = (await call) as readonly number[];
    if (answer === at * 2) Atomics.add(counters, Count.answered, 1);
  }
}
