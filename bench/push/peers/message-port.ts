/** A fan-out by hand: a port for each subscriber, the event encoded once, its bytes copied for each. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";

import { encodeNew } from "@doorbell-js/doorbell/kernel";

import { events, newEvent } from "../event.ts";

const { ports } = workerData as { readonly ports: readonly MessagePort[] };
parentPort?.on("message", (count: number) => {
  for (let left = count; left > 0; left -= 1) {
    const bytes = encodeNew(events.shape, newEvent());
    for (const port of ports) {
      const own = bytes.slice();
      port.postMessage(own, [own.buffer]);
    }
  }
});
