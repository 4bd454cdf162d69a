/** A worker that uses a server in every way, and tells how everything that it has of it prints. */
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { renderings } from "../support/renderings.ts";

const { port, sid } = workerData as { readonly port: MessagePort; readonly sid: SidWords };
const kernel = await Kernel.join(port);
const connection = await kernel.connect(Sid.from(sid));
const memory = (): Memory => Memory.copyOf(Uint8Array.of(1, 2, 3));
const had: unknown[] = [kernel, connection, await kernel.inspect()];
const failed = (error: unknown): void => void had.push(error);

await connection.scalar(1, [1, 2, 3, 4]);
had.push(await connection.blockingScalar(1, [5]));
had.push(await connection.lend(1, memory(), { offset: 1, valid: 2 }));
had.push(await connection.mutableLend(1, memory()));
await connection.move(1, memory());
await connection.move(1, new Memory(20_000));
had.push(connection.tryScalar(1), connection.tryScalar(9), connection.tryMove(1, memory()));
had.push(await connection.tryBlockingScalar(1), await connection.tryLend(1, memory()));
connection.scalarSync(1);
had.push(connection.blockingScalarSync(1), connection.lendSync(1, memory()), connection.mutableLendSync(1, memory()));
// Refused, unknown, dropped, too late.
await connection.blockingScalar(9).catch(failed);
await connection.blockingScalar(2).catch(failed);
await connection.blockingScalar(3, [], { timeoutMs: 5 }).catch(failed);
await kernel.connect(Sid.random(), { timeoutMs: 5 }).catch(failed);
await kernel.connection(12_345).catch(failed);
connection.disconnect();
await connection.scalar(1).catch(failed);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
parentPort?.postMessage(had.flatMap(renderings));
await kernel.leave();
