import { MessageChannel, MessagePort } from "node:worker_threads";

/**
 * Stands between a port and who will have it: every message is shown, and passed on. It delays what the kernel tells, so it is for threads that are clients only.
 */
export function tap(port: MessagePort, seen: (message: unknown) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  join(port, port1, seen);
  join(port1, port, () => {});
  return port2;
}

function join(from: MessagePort, to: MessagePort, seen: (message: unknown) => void): void {
  from.on("message", (message: unknown) => {
    // A port that was passed on is empty, and Node crashes when such a one is printed.
    const shown = typeof message === "object" && message !== null && "port" in message;
    seen(shown ? { ...message, port: undefined } : message);
    const transfer: (MessagePort | ArrayBuffer)[] = [];
    if (message instanceof ArrayBuffer) transfer.push(message);
    for (const one of Object.values(message ?? {})) if (one instanceof MessagePort) transfer.push(one);
    to.postMessage(message, transfer);
  });
  from.on("close", () => to.close());
  from.unref();
}
