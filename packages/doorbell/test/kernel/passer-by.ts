/** A worker that connects to each server that it is told of, disconnects at once, and says when the kernel has done both. */
import { Sid, type SidWords } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
const { sids, passed } = kernel.data as { readonly sids: readonly SidWords[]; readonly passed: Int32Array };
for (const sid of sids) {
  (await kernel.connect(Sid.from(sid))).disconnect();
  await kernel.inspect();
  Atomics.add(passed, 0, 1);
  Atomics.notify(passed, 0);
}
await kernel.leave();
