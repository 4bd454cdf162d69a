import { BroadcastChannel } from "node:worker_threads";

import { type Contestant, start } from "./contestant.ts";

/** A BroadcastChannel, which has no answers: one is posted back. */
export async function broadcastChannel(): Promise<Contestant> {
  const channel = new BroadcastChannel("bench");
  const waiting: (() => void)[] = [];
  channel.onmessage = () => waiting.shift()?.();
  // What is posted before the other side listens is lost: it says when it does.
  const listens = new Promise<void>((resolve) => waiting.push(resolve));
  const worker = await start("broadcast-channel", { workerData: "bench" });
  await listens;
  const call = async (): Promise<void> =>
    await new Promise((resolve) => {
      waiting.push(resolve);
      channel.postMessage(1);
    });
  return {
    name: "BroadcastChannel",
    async oneWay(count) {
      for (let sent = 0; sent < count; sent += 1) channel.postMessage([1, 2, 3, 4]);
      await call();
    },
    call,
    async [Symbol.asyncDispose]() {
      channel.close();
      await worker.terminate();
    },
  };
}
