/** A worker that has a server, and ends as it is told to. */
import { Sid, type SidWords } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import type { Connection } from "../../src/kernel/types.ts";

const kernel = await Kernel.join();
const { own, other, how } = kernel.data as {
  readonly own: SidWords;
  readonly other: SidWords | undefined;
  readonly how: string;
};
const server = await kernel.createServer({ sid: Sid.from(own) });
let connection: Connection | undefined;
if (other !== undefined) {
  connection = await kernel.connect(Sid.from(other));
  for (let sent = 0; sent < 5; sent += 1) await connection.scalar(sent);
}
// Two calls are in hand when it ends.
await server.receive();
await server.receive();
if (how === "exit") process.exit(0);
if (how === "throw") throw new Error("as told");
if (how === "leave") await kernel.leave();
if (how === "block") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
