/** The other side of a MessagePort. */
import { type MessagePort, workerData } from "node:worker_threads";

import type { Reading } from "../values/reading.ts";

const port = workerData as MessagePort;
type Sent = number | ArrayBuffer | readonly number[] | Float64Array | Reading | { readonly again: ArrayBuffer };
let sum = 0;
port.on("message", (message: Sent) => {
  // A number is a call; memory to be sent again goes back; anything else is only taken.
  if (typeof message === "number") port.postMessage(message);
  else if (message instanceof Float64Array) {
    for (let at = 0; at < message.length; at += 4) sum += message[at] ?? 0;
  } else if (Array.isArray(message)) sum += (message as readonly number[]).reduce((all, one) => all + one, 0);
  else if ("again" in message) port.postMessage(message.again, [message.again]);
});
port.on("close", () => process.stdout.write(Number.isNaN(sum) ? "no sum\n" : ""));
