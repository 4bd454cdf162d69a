/** A client of a face on a thread of its own: sends all at once, waits for the answers, and ends. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { Public } from "./face-apis.ts";
import { inOrder } from "./face-client-order.ts";

const kernel = await Kernel.join();
const client = await kernel.connect(Sid.from(kernel.data as SidWords), Public);
const sent = inOrder.map((number, at): Promise<unknown> => {
  if (at % 3 === 0) return client.twice(number);
  if (at % 3 === 1) return client.note(number);
  // In line, and too large for that.
  const memory = new Memory(at % 2 === 0 ? 1 : 10_000);
  memory.bytes[0] = number;
  return client.store(memory);
});
await Promise.all(sent);
// An answer to what came last: all is there.
await client.sum(new Memory(1));
await kernel.leave();
