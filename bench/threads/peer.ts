/** The other end of every contestant, on a thread of its own. */
import { BroadcastChannel, type MessagePort, workerData } from "node:worker_threads";

import { Kernel, Sid, type SidWords } from "@doorbell-js/doorbell/kernel";

/** What this thread is to be. */
export interface Part {
  readonly part: "kernel" | "kernel, awaiting" | "port" | "broadcast";
  readonly sid?: SidWords;
  readonly queueMax?: number;
  readonly channel?: string;
}

const invited = workerData as {
  readonly doorbell?: MessagePort;
  readonly data?: Part;
  readonly port?: MessagePort;
} & Partial<Part>;
const part = invited.data ?? (invited as Part);

if (part.part === "kernel" || part.part === "kernel, awaiting") {
  const kernel = await Kernel.join();
  const server = await kernel.createServer({ sid: Sid.from(part.sid ?? []), queueMax: part.queueMax ?? 128 });
  for (;;) {
    const message = part.part === "kernel" ? server.receiveSync({ timeoutMs: 2 ** 31 }) : await server.receive();
    if (message.kind === "blockingScalar") message.answer(message.words[0]);
    else message[Symbol.dispose]();
  }
} else if (part.part === "port") {
  const port = invited.port as MessagePort;
  // A number is a call; anything else is only taken.
  port.on("message", (message: unknown) => {
    if (typeof message === "number") port.postMessage(message);
  });
} else {
  const channel = new BroadcastChannel(part.channel ?? "");
  channel.onmessage = (event: unknown): void => {
    const { data } = event as { readonly data: unknown };
    if (typeof data === "number") channel.postMessage([data]);
  };
}
