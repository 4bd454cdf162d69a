/** A worker that sends one message more than a queue of eight has room for, and then says that it has. */
import { Kernel, Sid, type SidWords } from "../../../src/kernel/index.ts";

const kernel = await Kernel.join();
const { full, told } = kernel.data as { readonly full: SidWords; readonly told: SidWords };
const connection = kernel.connectSync(Sid.from(full));
for (let sent = 0; sent < 9; sent += 1) connection.scalarSync(0, [sent]);
kernel.connectSync(Sid.from(told)).scalarSync(0);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
