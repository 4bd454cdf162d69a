/** The other side of sync-message-port: it blocks, and answers numbers. */
import { type MessagePort, workerData } from "node:worker_threads";

import { SyncMessagePort } from "sync-message-port";

const port = new SyncMessagePort(workerData as MessagePort);
const closed = Symbol("closed");
for (;;) {
  const message = port.receiveMessage({ closedValue: closed });
  if (message === closed) break;
  if (typeof message === "number") port.postMessage(message);
}
