import type { ClientOf, Kernel, ServerHandle } from "@doorbell-js/doorbell/kernel";
import { Subscriber } from "@doorbell-js/doorbell/push";

import { type News, news, type SourceEntries } from "./api.ts";

/** How long a source is waited for to take its bell back; then the bell is dropped all the same. */
const TAKE_BACK_MS = 500;

/** How a source is followed. */
export interface Following {
  /** Where rings come to, and under which opcode. */
  readonly main: ServerHandle;
  readonly opcode: number;
  readonly signal: AbortSignal;
  /** Given what takes the rings out of main, before the first can come. */
  readonly begins: (subscriber: Subscriber<News>) => void;
  /** Hears how far the items were when the bell was hung. */
  readonly begun: (state: News) => void;
}

/** Hangs a bell at a source, and resolves when that is over: the source has gone, or the signal said so. */
export async function followSource(
  kernel: Kernel,
  { connection }: ClientOf<SourceEntries>,
  { main, opcode, signal, begins, begun }: Following,
): Promise<void> {
  const subscriber = new Subscriber(kernel, connection, news);
  begins(subscriber);
  const subscription = await subscriber.subscribe(main, opcode, { behind: "latest", signal });
  const stop = (): void => void subscription.unsubscribe({ timeoutMs: TAKE_BACK_MS });
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) stop();
    begun(subscription.state);
    await subscription.ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
