/**
 * A worker that never lets its event loop have a turn, once its server is made: it answers how many connections
 * have ended, until something else than a call comes.
 */
import { Sid, type SidWords } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
let gone = 0;
const server = await kernel.createServer({
  sid: Sid.from(kernel.data as SidWords),
  onDisconnect: () => (gone += 1),
});
for (let message = server.receiveSync(); message.kind === "blockingScalar"; message = server.receiveSync())
  message.answer(gone);
await kernel.leave();
