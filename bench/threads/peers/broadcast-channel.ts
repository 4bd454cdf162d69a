/** The other side of a BroadcastChannel. */
import { BroadcastChannel, workerData } from "node:worker_threads";

const channel = new BroadcastChannel(workerData as string);
channel.onmessage = (event: unknown): void => {
  const { data } = event as { readonly data: unknown };
  if (typeof data === "number") channel.postMessage([data]);
};
channel.postMessage([0]);
