/** A bare thread: says that it is up, and sleeps. */
import { parentPort } from "node:worker_threads";

parentPort?.postMessage("up");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
