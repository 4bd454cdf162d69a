/** A subscriber that will be ended: with a loop of its own, and with a handler. */
import { parentPort } from "node:worker_threads";

import { Sid, type SidWords } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Subscriber } from "../../../src/push/subscriber.ts";
import { ticks } from "./ticks.ts";
import type { Kind } from "./world.ts";

const kernel = await Kernel.join();
const { sid, thread } = kernel.data as { readonly sid: SidWords; readonly thread: Kind };
const connection = await kernel.connect(Sid.from(sid));
const main = await kernel.createServer();
await new Subscriber(kernel, connection, ticks).subscribe(main, 7, { thread });
await new Subscriber(kernel, connection, ticks).follow(() => {}, { thread });
parentPort?.postMessage("subscribed");
await main.receive({ timeoutMs: 600_000 });
await new Promise(() => {});
