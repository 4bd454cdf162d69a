/** Our server, on a thread of its own. */
import { decode, Kernel, type ScalarMessage, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

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
const server = await kernel.createServer({ sid: Sid.from(sid), queueMax, recycle: true });
const many = new Float64Array(4 * 64);
/** Who takes numbers looks at them. */
let sum = 0;
for (;;) {
  const message = blocks ? server.receiveSync({ timeoutMs: 2 ** 31 }) : await server.receive();
  if (message.kind === "scalar") {
    const [a, b, c, d] = message.words;
    sum += a + b + c + d;
    if (message.id === Id.takeMany) takeMany(message);
    message[Symbol.dispose]();
  } else if (message.kind === "blockingScalar") message.answer(sum - sum + message.words[0]);
  else if (message.kind === "move" && message.id !== Id.take) {
    if (message.id === Id.giveBack) home.moveSync(Id.take, message.take());
    else decode(readingShape, message.bytes);
    message[Symbol.dispose]();
  } else message[Symbol.dispose]();
}

/** Takes the scalars that follow this one. */
function takeMany(like: ScalarMessage): void {
  for (;;) {
    const taken = server.tryReceiveScalars(like, many);
    if (taken === 0) return;
    let part = 0;
    for (let at = 0; at < taken * 4; at += 1) part += many[at] ?? 0;
    sum += part;
  }
}
