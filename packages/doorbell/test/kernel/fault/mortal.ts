import { workerData } from "node:worker_threads";

/** A worker that dies at a point inside the kernel's own code: as a server that answers, or as a client that sends. */
import type * as kernelModule from "../../../src/kernel/index.ts";

/** What such a thread is told. */
export interface MortalData {
  /** The front of a kernel that has the points. */
  readonly url: string;
  readonly part: "server" | "client";
  readonly sid: kernelModule.SidWords;
  /** One of the points. */
  readonly at: string;
  readonly after: number;
}

const { url } = (workerData as { readonly data: MortalData }).data;
const { Kernel, Memory, Sid } = (await import(url)) as typeof kernelModule;
const kernel = await Kernel.join();
const { part, sid, at, after } = kernel.data as MortalData;

if (part === "server") {
  const server = await kernel.createServer({ sid: Sid.from(sid) });
  globalThis.doorbellDies = { at, after };
  for (;;) {
    const message = server.receiveSync({ timeoutMs: 600_000 });
    if (message.kind === "blockingScalar") message.answer(message.words[0] + 1);
    else message[Symbol.dispose]();
  }
}

const connection = await kernel.connect(Sid.from(sid));
globalThis.doorbellDies = { at, after };
for (let round = 0; ; round += 1) {
  connection.scalarSync(0, [round]);
  connection.moveSync(0, new Memory(100));
  connection.moveSync(0, new Memory(20_000));
  connection.mutableLendSync(2, new Memory(100));
  connection.blockingScalarSync(1, [round]);
}
