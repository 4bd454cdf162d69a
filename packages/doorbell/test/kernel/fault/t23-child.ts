/** A program that logs all it has, and dies of an error that holds it. The words of its ids are in its environment. */
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

const words = JSON.parse(process.env.DOORBELL_TEST_WORDS ?? "[]") as SidWords;
delete process.env.DOORBELL_TEST_WORDS;
const kernel = await Kernel.start();
const server = await kernel.createServer({ sid: Sid.from(words) });
const narrowed = await server.narrow({ opcodes: [1] });
const connection = await kernel.connect(server.sid);
await connection.scalar(1, [1]);
const received = await server.receive();
const all = { kernel, server, narrowed, connection, received, sid: server.sid, report: await kernel.inspect() };
console.log(all);
console.log("%s %o %O %j %d %i", server.sid, server.sid, server.sid, server.sid, server.sid, server.sid);
console.dir(all, { depth: Infinity, showHidden: true });
console.table([all.sid, narrowed.sid]);
console.error(server.sid, `in a text: ${String(server.sid)}`);
console.trace("%o", all);
console.assert(false, "%o", all);
process.emitWarning(String(narrowed.sid), { detail: JSON.stringify(all) });
setImmediate(() => {
  throw Object.assign(new Error(`of ${String(server.sid)}`, { cause: all }), all);
});
