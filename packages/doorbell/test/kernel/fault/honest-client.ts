/** A worker that calls a server again and again, and counts the answers that are right, and those that are not. */
import "../support/woken.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
const { sid, counters } = kernel.data as { readonly sid: SidWords; readonly counters: SharedArrayBuffer };
const seen = new Int32Array(counters);
const connection = await kernel.connect(Sid.from(sid));
for (let call = 0; ; call += 1) {
  const [answer] = await connection.blockingScalar(1, [call]).catch(() => [-1]);
  Atomics.add(seen, answer === call + 1 ? 0 : 1, 1);
}
