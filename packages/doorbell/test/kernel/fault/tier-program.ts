/** A program with a secret, and a worker that spies. Prints the secret and what the worker got at, as JSON. */
import { randomBytes } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

import type { Loot, TierJob, Told } from "./tier-job.ts";

/** Notes with which flags threads are started. */
const flags: (readonly string[])[] = [];
threads.Worker = class extends threads.Worker {
  constructor(url: string | URL, options: threads.WorkerOptions = {}) {
    super(url, options);
    flags.push(options.execArgv ?? ["those of the program"]);
  }
};
syncBuiltinESMExports();
// Loaded only now, so that they start their threads by the class above.
const { Kernel } = await import("../../../src/kernel/index.ts");
const { startBells } = await import("../../../src/push/index.ts");
const { mark, secretBytes } = await import("./tier-job.ts");

const secret = randomBytes(secretBytes);
const held = Buffer.concat([mark(), secret]);

const kernel = await Kernel.start();
await startBells(kernel);
const ownThreads = [...flags];
const server = await kernel.createServer();
const data: TierJob = { sid: server.sid.words() };
const spy = await kernel.spawn(new URL("./tier-spy.js", import.meta.url), { data });
const loot = new Promise<Loot>((resolve) => spy.worker.once("message", resolve));
using message = await server.receive();
if (message.kind === "blockingScalar") message.answer(message.words[0] * 2);
const told: Told = { secret: held.subarray(-secretBytes).toString("hex"), loot: await loot, ownThreads };
process.stdout.write(JSON.stringify(told));
await spy.terminate();
await kernel.leave();
