/** The thread of the counter that `counter-main` starts. */
import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

import { Counter } from "./counter.ts";

const kernel = await Kernel.join();
const server = await kernel.createServer(Counter, { sid: Sid.from(kernel.data as SidWords) });

let sum = 0;
for await (const message of server) {
  using _ = message;
  if (message.is("add")) sum += message.words[0];
  if (message.is("total")) message.answer(sum);
}
