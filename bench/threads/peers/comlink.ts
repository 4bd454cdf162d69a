/** The other side of comlink. */
import { workerData } from "node:worker_threads";

import { type Endpoint, expose } from "comlink";

export interface Api {
  echo(number: number): number;
}

const api: Api = { echo: (number) => number };
expose(api, workerData as Endpoint);
