/**
 * A worker that dies at a point inside the kernel's own code: as a server that answers, as a client that sends; or, where
 * calls are passed on, as who does that, as the last of the chain that answers, or as the caller.
 */
import { workerData } from "node:worker_threads";

import type * as kernelModule from "../../../src/kernel/index.ts";
import { answerCall } from "./chain-answer.ts";

/** What such a thread is told. */
export interface MortalData {
  /** The front of a kernel that has the points. */
  readonly url: string;
  readonly part: "server" | "client" | "link" | "last" | "caller";
  readonly sid: kernelModule.SidWords;
  /** For a link: whom it passes calls on to. */
  readonly next?: kernelModule.SidWords;
  /** One of the points. */
  readonly at: string;
  readonly after: number;
}

const { url } = (workerData as { readonly data: MortalData }).data;
const { Kernel, Memory, Sid } = (await import(url)) as typeof kernelModule;
const kernel = await Kernel.join();
const { part, sid, next, at, after } = kernel.data as MortalData;

if (part === "server") {
  const server = await kernel.createServer({ sid: Sid.from(sid) });
  globalThis.doorbellDies = { at, after };
  for (;;) {
    const message = server.receiveSync({ timeoutMs: 600_000 });
    if (message.kind === "blockingScalar") message.answer(message.words[0] + 1);
    else message[Symbol.dispose]();
  }
}

if (part === "last") {
  const server = await kernel.createServer({ sid: Sid.from(sid) });
  globalThis.doorbellDies = { at, after };
  for (;;) answerCall(after % 2 === 0 ? server.receiveSync({ timeoutMs: 600_000 }) : await server.receive());
}

if (part === "link") {
  const server = await kernel.createServer({ sid: Sid.from(sid) });
  const on = await kernel.connect(Sid.from(next ?? []));
  globalThis.doorbellDies = { at, after };
  for (;;) {
    const message = await server.receive();
    if (after % 2 === 0) message.forwardSync(on, message.id);
    else await message.forward(on, message.id);
  }
}

const connection = await kernel.connect(Sid.from(sid));
globalThis.doorbellDies = { at, after };
for (let round = 0; part === "caller"; round += 1) {
  connection.blockingScalarSync(1, [round]);
  connection.mutableLendSync(1, new Memory(round % 2 === 0 ? 100 : 20_000));
}

for (let round = 0; ; round += 1) {
  connection.scalarSync(0, [round]);
  connection.moveSync(0, new Memory(100));
  connection.moveSync(0, new Memory(20_000));
  connection.mutableLendSync(2, new Memory(100));
  connection.blockingScalarSync(1, [round]);
}
