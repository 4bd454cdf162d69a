/** A notifier that answers nothing, or nothing but the subscription; it tells when it has been asked what it will not answer. */
import { parentPort } from "node:worker_threads";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { TickService } from "./ticks.ts";

const kernel = await Kernel.join();
const { sid, answers } = kernel.data as { readonly sid: SidWords; readonly answers: boolean };
const net = await kernel.createServer(TickService, { sid: Sid.from(sid) });
for await (const message of net) {
  message.defer();
  if (message.is("Subscribe") && answers)
    message.answer({ kind: "accepted", value: { sequence: 0, state: { number: 0, text: "" } } });
  else parentPort?.postMessage("asked");
}
