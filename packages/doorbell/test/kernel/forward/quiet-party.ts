/** Who calls, and who serves and dies of it, in the test of wake-ups. */
import type { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import "../support/woken.ts";
import { answered, calls, type QuietJob } from "./quiet-job.ts";

const kernel = await Kernel.join();
const { part, sid, front, heard } = kernel.data as QuietJob;
const flag = new Int32Array(heard);
if (part === "serve") {
  using server = await kernel.createServer({ sid: Sid.from(sid) });
  for (;;) {
    const message = server.receiveSync();
    if (message.id !== answered || message.kind !== "blockingScalar") process.exit(0);
    message.answer(message.words[0]);
  }
}
const to = await kernel.connect(Sid.from(front));
const server = await kernel.connect(Sid.from(sid));
for (let call = 0; call < calls; call += 1) to.blockingScalarSync(answered, [call]);
void server.ended.then(async () => {
  // Not before it has heard all of the end, and has fallen asleep again.
  await kernel.inspect();
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});
const before = performance.now();
const failure = await to.blockingScalar(answered + 1).catch((error: unknown) => (error as KernelError).code);
Atomics.store(flag, 1, failure === "ServerNotFound" ? Math.ceil(performance.now() - before) : -1);
await kernel.leave();
