/** A worker whose server has room for one message; it receives it as soon as it is told to, and then does nothing. */
import "../support/woken.ts";
import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";

const kernel = await Kernel.join();
const server = await kernel.createServer({ queueMax: 1 });
const main = await kernel.connect(Sid.from(kernel.data as SidWords));
main.blockingScalarSync(0, server.sid.words());
server.receiveSync();
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
