/** A worker that answers, after a pause of random length: so that sleeping and waking meet in every way. */
import { Random } from "@doorbell-js/test-support/seed";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import "../support/woken.ts";
import { pause } from "./pause.ts";

const kernel = await Kernel.join();
const { sid, sync, seed } = kernel.data as { readonly sid: SidWords; readonly sync: boolean; readonly seed: number };
const random = new Random(seed);
const server = await kernel.createServer({ sid: Sid.from(sid), queueMax: 2 });
for (;;) {
  const message = sync ? server.receiveSync({ timeoutMs: 600_000 }) : await server.receive();
  pause(random);
  if (message.kind === "blockingScalar") message.answer(message.words[0]);
}
