import { MessageChannel } from "node:worker_threads";

import { releaseProxy, wrap } from "comlink";

import type { Api } from "../peers/comlink.ts";
import { type Contestant, start } from "./contestant.ts";

/** comlink, over a MessagePort. */
export async function comlink(): Promise<Contestant> {
  const { port1, port2 } = new MessageChannel();
  const worker = await start("comlink", { workerData: port2, transferList: [port2] });
  const api = wrap<Api>(port1);
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
