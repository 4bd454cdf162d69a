/** A program with a secret, and a worker that spies. Prints the secret and what the worker got at, as JSON. */
import { randomBytes } from "node:crypto";

import { Kernel } from "../../../src/kernel/index.ts";
import { type Loot, mark, secretBytes, type TierJob } from "./tier-job.ts";

const secret = randomBytes(secretBytes);
const held = Buffer.concat([mark(), secret]);

const kernel = await Kernel.start();
const server = await kernel.createServer();
const data: TierJob = { sid: server.sid.words() };
const spy = await kernel.spawn(new URL("./tier-spy.js", import.meta.url), { data });
const loot = new Promise<Loot>((resolve) => spy.worker.once("message", resolve));
using message = await server.receive();
if (message.kind === "blockingScalar") message.answer(message.words[0] * 2);
process.stdout.write(JSON.stringify({ secret: held.subarray(-secretBytes).toString("hex"), loot: await loot }));
await spy.terminate();
await kernel.leave();
