import { MessageChannel } from "node:worker_threads";

import { buffersMax, type Contestant, start } from "./contestant.ts";

/** A bare MessagePort, with an answer matched to its question by hand. Values go by structured clone. */
export async function messagePort(): Promise<Contestant> {
  const { port1: port, port2 } = new MessageChannel();
  const worker = await start("message-port", { workerData: port2, transferList: [port2] });
  const waiting: ((value: unknown) => void)[] = [];
  const free: ArrayBuffer[] = [];
  let onBack: (() => void) | undefined;
  port.on("message", (value: unknown) => {
    if (value instanceof ArrayBuffer) {
      free.push(value);
      onBack?.();
    } else waiting.shift()?.(value);
  });
  const call = async (number: number): Promise<unknown> =>
    await new Promise((resolve) => {
      waiting.push(resolve);
      port.postMessage(number);
    });
  const untilFree = async (count: number): Promise<void> => {
    while (free.length < count) await new Promise<void>((resolve) => (onBack = resolve));
  };
  await call(0);
  return {
    name: "MessagePort",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) port.postMessage([1, 2, 3, 4]);
      await call(0);
    },
    call,
    async moved(count, bytes) {
      for (let sent = 0; sent < count; sent += 1) {
        const { buffer } = new Uint8Array(bytes).fill(sent);
        port.postMessage(buffer, [buffer]);
        // Nothing bounds its queue: so that memory does not grow without end, every hundredth is asked for.
        if (sent % 100 === 99) await call(0);
      }
      await call(0);
    },
    async movedAgain(count, bytes) {
      free.length = 0;
      free.push(...Array.from({ length: buffersMax }, () => new ArrayBuffer(bytes)));
      for (let sent = 0; sent < count; sent += 1) {
        if (free.length === 0) await untilFree(1);
        const buffer = free.pop() as ArrayBuffer;
        new Uint8Array(buffer).fill(sent);
        port.postMessage({ again: buffer }, [buffer]);
      }
      await untilFree(buffersMax);
    },
    async typed(count, reading) {
      for (let sent = 0; sent < count; sent += 1) {
        port.postMessage(reading);
        if (sent % 100 === 99) await call(0);
      }
      await call(0);
    },
    async [Symbol.asyncDispose]() {
      port.close();
      await worker.terminate();
    },
  };
}

/** 64 scalars packed by hand into one array that is posted: what one would write who needs more of a MessagePort. */
export async function packed(): Promise<Contestant> {
  const { port1: port, port2 } = new MessageChannel();
  const worker = await start("message-port", { workerData: port2, transferList: [port2] });
  let heard: (() => void) | undefined;
  port.on("message", () => heard?.());
  return {
    name: "MessagePort, 64 packed by hand",
    async batches(count) {
      const words = new Float64Array(64 * 4).fill(1);
      for (let sent = 0; sent < count; sent += 64) port.postMessage(words);
      await new Promise<void>((resolve) => {
        heard = resolve;
        port.postMessage(0);
      });
    },
    async [Symbol.asyncDispose]() {
      port.close();
      await worker.terminate();
    },
  };
}
