/** A thread with a server that, when it is told, connects to those of the threads after it, and stays idle. */
import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

/** What this thread is told. */
export interface Part {
  readonly sid: SidWords;
  readonly others: readonly SidWords[];
}

const kernel = await Kernel.join();
const { sid, others } = kernel.data as Part;
const server = await kernel.createServer({ sid: Sid.from(sid) });
const held: unknown[] = [];
for await (const message of server) {
  if (message.kind !== "blockingScalar") continue;
  for (const other of others) held.push(await kernel.connect(Sid.from(other)));
  globalThis.gc?.();
  message.answer(held.length);
}
