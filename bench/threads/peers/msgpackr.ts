/** The other side of msgpackr. */
import { type MessagePort, workerData } from "node:worker_threads";

import { Packr } from "msgpackr";

const port = workerData as MessagePort;
const packr = new Packr({ useRecords: true });
port.on("message", (message: number | Uint8Array) => {
  if (typeof message === "number") port.postMessage(message);
  else packr.unpack(message);
});
