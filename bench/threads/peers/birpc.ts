/** The other side of birpc. */
import { type MessagePort, workerData } from "node:worker_threads";

import { createBirpc } from "birpc";

export interface Api {
  echo(number: number): number;
  take(a: number, b: number, c: number, d: number): void;
}

const port = workerData as MessagePort;
const api: Api = { echo: (number) => number, take() {} };
createBirpc<object, Api>(api, {
  post: (data: unknown) => port.postMessage(data),
  on: (take) => void port.on("message", take),
});
