import { SyncMessagePort } from "sync-message-port";

import { type Contestant, start } from "./contestant.ts";

/** sync-message-port: a MessagePort whose reader blocks. */
export async function syncMessagePort(): Promise<Contestant> {
  const { port1, port2 } = SyncMessagePort.createChannel();
  const worker = await start("sync-message-port", { workerData: port2, transferList: [port2] });
  const port = new SyncMessagePort(port1);
  const call = (number: number): void => {
    port.postMessage(number);
    port.receiveMessage();
  };
  return {
    name: "sync-message-port",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) port.postMessage([1, 2, 3, 4]);
      call(0);
      await Promise.resolve();
    },
    callSync: call,
    async [Symbol.asyncDispose]() {
      port.close();
      await worker.terminate();
    },
  };
}
