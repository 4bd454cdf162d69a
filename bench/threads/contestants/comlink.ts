import { MessageChannel } from "node:worker_threads";

import { type Endpoint, releaseProxy, wrap } from "comlink";

import type { Api } from "../peers/comlink.ts";
import { type Contestant, start } from "./contestant.ts";

/** comlink, over a MessagePort. */
export async function comlink(): Promise<Contestant> {
  const { port1, port2 } = new MessageChannel();
  const worker = await start("comlink", { workerData: port2, transferList: [port2] });
  // A MessagePort of Node has what comlink uses of a browser's; only its type is another.
  const api = wrap<Api>(port1 as unknown as Endpoint);
  return {
    name: "comlink",
    call: async (number) => await api.echo(number),
    async [Symbol.asyncDispose]() {
      api[releaseProxy]();
      port1.close();
      await worker.terminate();
    },
  };
}
