/** Our server, on a thread of its own. */
import { decode, Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import { readingShape } from "../values/shape.ts";
import { Id } from "./opcodes.ts";

/** What this thread is told. */
export interface Part {
  /** Whether it receives by blocking, or awaits. */
  readonly blocks: boolean;
  readonly sid: SidWords;
  /** The server to which memory is moved back. */
  readonly back: SidWords;
  readonly queueMax: number;
}

const kernel = await Kernel.join();
const { blocks, sid, back, queueMax } = kernel.data as Part;
const home = await kernel.connect(Sid.from(back));
const server = await kernel.createServer({ sid: Sid.from(sid), queueMax });
for (;;) {
  const message = blocks ? server.receiveSync({ timeoutMs: 2 ** 31 }) : await server.receive();
  if (message.kind === "blockingScalar") message.answer(message.words[0]);
  else if (message.kind === "move" && message.id !== Id.take) {
    if (message.id === Id.giveBack) home.moveSync(Id.take, message.take());
    else decode(readingShape, message.bytes);
    message[Symbol.dispose]();
  } else message[Symbol.dispose]();
}
