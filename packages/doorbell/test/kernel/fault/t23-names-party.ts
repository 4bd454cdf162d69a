/** A worker that uses servers by their names alone, and tells how everything that it has of them prints. */
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { nameServerSid } from "../../../src/kernel/names/server.ts";
import { renderings } from "../support/renderings.ts";

const { port } = workerData as { readonly port: MessagePort };
const kernel = await Kernel.join(port);
const { names } = kernel;
const failed = (error: unknown): void => void had.push(error);
const had: unknown[] = [kernel, names];

// Awaited: what the kernel tells comes late here, as somebody looks at it on its way, and a parked thread would miss it.
had.push(await names.connect("open"), await names.tryConnect("open"));
had.push(await names.tryConnect("limited"), await names.tryConnect("left"));
had.push(await names.trustedInitDone());
await names.connect("limited", { timeoutMs: 5 }).catch(failed);
await names.register("open").catch(failed);
await names.unregister("open", Sid.random()).catch(failed);
await names.connect("").catch(failed);
// The name server itself, by hand: it answers in the memory that it is lent.
const raw = await kernel.connect(Sid.from(nameServerSid.words()));
for (let opcode = 0; opcode < 8; opcode += 1) {
  const memory = new Memory(200);
  had.push(await raw.mutableLend(opcode, memory), memory.bytes, await raw.lend(opcode, memory));
  had.push(await raw.blockingScalar(opcode).catch((error: unknown) => error));
}
had.push(await kernel.inspect());
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
parentPort?.postMessage(had.flatMap(renderings));
await kernel.leave();
