import { MessageChannel } from "node:worker_threads";

import { createBirpc } from "birpc";

import type { Api } from "../peers/birpc.ts";
import { type Contestant, start } from "./contestant.ts";

/** birpc, over a MessagePort. */
export async function birpc(): Promise<Contestant> {
  const { port1, port2 } = new MessageChannel();
  const worker = await start("birpc", { workerData: port2, transferList: [port2] });
  const api = createBirpc<Api>(
    {},
    { post: (data: unknown) => port1.postMessage(data), on: (take) => void port1.on("message", take) },
  );
  return {
    name: "birpc",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) void api.take.asEvent(1, 2, 3, 4);
      await api.echo(0);
    },
    call: async (number) => await api.echo(number),
    async [Symbol.asyncDispose]() {
      api.$close();
      port1.close();
      await worker.terminate();
    },
  };
}
