/** A server in front of another: passes calls on, or makes them itself and answers, as one would without `forward`. */
import { type Connection, Kernel, Memory, type Message, Sid } from "@doorbell-js/doorbell/kernel";

import { forEver, type Job } from "../job.ts";

const kernel = await Kernel.join();
const { form, sid, behind } = kernel.data as Job;
const target = await kernel.connect(Sid.from(behind?.sid ?? []));
const server = await kernel.createServer({ sid: Sid.from(sid) });
const passesOn = behind?.does === "passes on";
for (;;) {
  if (form === "blocking") {
    const message = server.receiveSync(forEver);
    if (passesOn) message.forwardSync(target, message.id - 1);
    else callSync(message, target);
  } else {
    const message = await server.receive();
    // Who only passes on has nothing to wait for; who calls answers when it has the answer.
    if (passesOn) await message.forward(target, message.id - 1);
    else await call(message, target);
  }
}

function callSync(message: Message, to: Connection): void {
  const id = message.id - 1;
  if (message.kind === "blockingScalar") message.answer(...to.blockingScalarSync(id, message.words));
  else if (message.kind === "lend") message.answer(to.lendSync(id, Memory.copyOf(message.bytes)));
}

async function call(message: Message, to: Connection): Promise<void> {
  const id = message.id - 1;
  if (message.kind === "blockingScalar") message.answer(...(await to.blockingScalar(id, message.words)));
  else if (message.kind === "lend") message.answer(await to.lend(id, Memory.copyOf(message.bytes)));
}
