/** The program of a thread of sources: serves what it was ordered to, until all of it was told to quit. */

import { parentPort } from "node:worker_threads";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";

import type { StoreChoice } from "./serve-stored.ts";
import { serveSources, type SourceEvent, type SourceOrders } from "./start.ts";

/** What such a thread is given. */
export interface ThreadData {
  readonly orders: SourceOrders;
  readonly store: StoreChoice | undefined;
}

// No `await` at the top level: V8 aborts the whole program if a thread is ended as such a module begins (nodejs/node#62114).
void run();

async function run(): Promise<void> {
  const kernel = await Kernel.join();
  const { orders, store } = kernel.data as ThreadData;
  const serving = await serveSources(kernel, orders, {
    clock: systemClock,
    random: Math.random,
    store,
    log,
    fail(cause) {
      // Whoever still waits is told first.
      setImmediate(() => {
        throw cause;
      });
    },
  });
  await serving.ended;
  await kernel.leave();
}

/** What cannot be cloned is told in words. */
function log(event: SourceEvent): void {
  const cause =
    "cause" in event ? { cause: event.cause instanceof Error ? event.cause.message : String(event.cause) } : {};
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's parent has no origin
  parentPort?.postMessage({ ...event, ...cause });
}
