import { MessageChannel } from "node:worker_threads";

import { Packr } from "msgpackr";

import { type Contestant, start } from "./contestant.ts";

/** msgpackr with records, its bytes transferred over a MessagePort. */
export async function msgpackr(): Promise<Contestant> {
  const { port1: port, port2 } = new MessageChannel();
  const worker = await start("msgpackr", { workerData: port2, transferList: [port2] });
  const packr = new Packr({ useRecords: true });
  let heard: (() => void) | undefined;
  port.on("message", () => heard?.());
  const call = async (): Promise<void> =>
    await new Promise((resolve) => {
      heard = resolve;
      port.postMessage(0);
    });
  return {
    name: "msgpackr, transferred",
    async typed(count, reading) {
      for (let sent = 0; sent < count; sent += 1) {
        // A copy of exactly its bytes: what it packs into is shared by many.
        const bytes = new Uint8Array(packr.pack(reading));
        port.postMessage(bytes, [bytes.buffer]);
        if (sent % 100 === 99) await call();
      }
      await call();
    },
    async [Symbol.asyncDispose]() {
      port.close();
      await worker.terminate();
    },
  };
}
