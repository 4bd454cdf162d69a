/** A worker that sends memory of many lengths, and demands that what comes back holds what it shall and nothing else. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { lengths, marked, pattern } from "../support/marked.ts";

const kernel = await Kernel.join();
const { sid, mark } = kernel.data as { readonly sid: SidWords; readonly mark: number };
const connection = await kernel.connect(Sid.from(sid));
for (let round = 0; round < 20; round += 1) {
  for (const length of lengths) {
    // A neighbour in Node's own pool of small buffers, which is not to come along.
    Buffer.from(marked(mark));
    const content = pattern(mark, length);
    await connection.move(mark, Memory.copyOf(Buffer.from(content)));
    const lent = Memory.copyOf(Buffer.from(content));
    await connection.lend(mark, lent, { valid: length });
    const changed = Memory.copyOf(Buffer.from(content));
    await connection.mutableLend(mark, changed);
    for (const [memory, want] of [
      [lent, content],
      [changed, content.map((byte) => byte ^ 0xff)],
    ] as const) {
      const { bytes } = memory;
      if (bytes.buffer.byteLength !== length || Buffer.compare(bytes, want) !== 0)
        throw new Error(`memory of ${length} bytes came back as something else`);
    }
  }
}
await connection.blockingScalar(0);
await kernel.leave();
