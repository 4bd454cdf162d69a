/** The server that is called: answers at once. */
import { Kernel, Sid } from "@doorbell-js/doorbell/kernel";

import { forEver, type Job } from "../job.ts";

const kernel = await Kernel.join();
const { form, sid } = kernel.data as Job;
const server = await kernel.createServer({ sid: Sid.from(sid) });
for (;;) {
  const message = form === "blocking" ? server.receiveSync(forEver) : await server.receive();
  if (message.kind === "blockingScalar") message.answer(message.words[0]);
  else message[Symbol.dispose]();
}
