import { MessageChannel } from "node:worker_threads";

import { newMessagePortRpcSession } from "capnweb";

import type { Api } from "../peers/capnweb.ts";
import { type Contestant, start } from "./contestant.ts";

/** capnweb, over a MessagePort. */
export async function capnweb(): Promise<Contestant> {
  const { port1, port2 } = new MessageChannel();
  const worker = await start("capnweb", { workerData: port2, transferList: [port2] });
  const api = newMessagePortRpcSession<Api>(port1);
  return {
    name: "capnweb",
    call: async (number) => await api.echo(number),
    async [Symbol.asyncDispose]() {
      api[Symbol.dispose]();
      port1.close();
      await worker.terminate();
    },
  };
}
