/** A worker that passes one call on and ends at once; or does so when there is no room in its caller's ring. */
import { workerData } from "node:worker_threads";

import type * as kernelModule from "../../../src/kernel/index.ts";

/** What such a thread is told. */
export interface OnceData {
  /** The front of a kernel: the real one, or one that has the points at which a thread can die. */
  readonly url: string;
  readonly sid: kernelModule.SidWords;
  readonly next: kernelModule.SidWords;
  /** A server of the caller's thread, to fill its ring by; not filled without. */
  readonly fill: kernelModule.SidWords | undefined;
  readonly form: "try" | "await" | "sync";
  /** Where it dies before it has passed the call on, if it is to. */
  readonly at: string | undefined;
  /** Set to 1 once the call has come, to 2 once the ring is full, to 3 once the call was passed on, to 4 as it dies. */
  readonly state: SharedArrayBuffer;
}

const { url, ...job } = (workerData as { readonly data: OnceData }).data;
const { Kernel, Sid } = (await import(url)) as typeof kernelModule;
const kernel = await Kernel.join();
const state = new Int32Array(job.state);
const tell = (what: number): void => {
  Atomics.store(state, 0, what);
  Atomics.notify(state, 0);
};

const connection = await kernel.connect(Sid.from(job.next));
const filling = job.fill && (await kernel.connect(Sid.from(job.fill)));
const server = await kernel.createServer({ sid: Sid.from(job.sid) });
// The first call lays the way between caller and server.
await (await server.receive()).forward(connection, 1);
const message = await server.receive();
tell(1);
if (filling !== undefined) {
  // From now on its thread takes nothing until it is told.
  Atomics.wait(state, 0, 1);
  while (filling.tryScalar(7) === undefined);
  if (job.at !== undefined) globalThis.doorbellDies = { at: job.at, after: 0, dying: () => tell(4) };
}
if (job.form === "try") while (message.tryForward(connection, 1) !== undefined);
else if (job.form === "sync") message.forwardSync(connection, 1);
else await message.forward(connection, 1);
tell(3);
process.exit();
