/** A thread that has joined and made a server: says that it is up, and sleeps until a message comes. */
import { parentPort } from "node:worker_threads";

import { Kernel } from "@doorbell-js/doorbell/kernel";

const kernel = await Kernel.join();
const server = await kernel.createServer();
parentPort?.postMessage("up");
server.receiveSync({ timeoutMs: 2 ** 31 });
