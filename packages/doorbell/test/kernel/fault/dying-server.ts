/** A server that ends in the middle of a call, and writes down when. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
const { sid, shared } = kernel.data as { readonly sid: SidWords; readonly shared: SharedArrayBuffer };
const when = new Float64Array(shared);
const server = await kernel.createServer({ sid: Sid.from(sid) });
for (;;) {
  const message = server.receiveSync({ timeoutMs: 600_000 });
  if (message.id === 1) {
    when[0] = performance.timeOrigin + performance.now();
    process.exit(0);
  }
  if (message.id === 0 && message.kind === "blockingScalar") message.answer(1);
}
