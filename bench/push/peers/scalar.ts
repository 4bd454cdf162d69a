/** Answers each scalar with another one, which tells when it was sent. */
import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import { nowMs } from "../event.ts";

const kernel = await Kernel.join();
const [own, main] = kernel.data as readonly [SidWords, SidWords];
const back = await kernel.connect(Sid.from(main));
for await (const _ of await kernel.createServer({ sid: Sid.from(own) })) await back.scalar(0, [nowMs()]);
