import type { Client, ClientOf, Entries, Kernel, ServerHandle, Service } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";
import { Subscriber } from "@doorbell-js/doorbell/push";

import { Backoff, pause } from "../time.ts";
import { type News, news, type SourceEntries } from "./api.ts";

/** How long a source is waited for to take its bell back; then the bell is dropped all the same. */
const TAKE_BACK_MS = 500;

/** How a source is followed. */
interface Following {
  /** Where rings come to, and under which opcode. */
  readonly main: ServerHandle;
  readonly opcode: number;
  readonly signal: AbortSignal;
  /** Given what takes the rings out of main, before the first can come. */
  readonly begins: (subscriber: Subscriber<News>) => void;
  /** Hears how far the items were when the bell was hung. */
  readonly begun: (state: News) => void;
}

/**
 * Hangs a bell at a source, and resolves when that is over: the source has gone, or the signal said so. The bell is
 * direct: source and main are both the hub's own, so a thread between them would hide nothing from anybody.
 */
export async function followSource(
  kernel: Kernel,
  { connection }: ClientOf<SourceEntries>,
  { main, opcode, signal, begins, begun }: Following,
): Promise<void> {
  const subscriber = new Subscriber(kernel, connection, news);
  begins(subscriber);
  const subscription = await subscriber.subscribe(main, opcode, { behind: "latest", thread: "direct", signal });
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

const FIRST_RETRY_MS = 10;
const MAX_RETRY_MS = 10_000;
/** What held for as long was good: waits begin anew. */
const STEADY_MS = 1_000;

/** What is kept connected, and how it is used. */
interface Reconnecting<E extends Entries> {
  /** Connects: to a name, say, for which it waits at the kernel. */
  readonly connect: () => Promise<Client<Service<E>>>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Uses a connection; resolves, or rejects, when that is over. */
  readonly use: (client: Client<Service<E>>) => Promise<void>;
  /** Hears why a connection could not be had, or not be used. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Connects to a server, and again when it has gone, in waits that double while that does not hold. Who connects to a name
 * waits at the kernel for the next server of that name, and polls nothing. Resolves once the signal says so.
 */
export async function keepConnected<E extends Entries>({
  connect,
  signal,
  use,
  onError,
}: Reconnecting<E>): Promise<void> {
  const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: Math.random });
  while (!signal.aborted) {
    let connectedAt = systemClock.now();
    try {
      using client = await connect();
      connectedAt = systemClock.now();
      await use(client);
    } catch (cause) {
      if (signal.aborted) return;
      onError(cause);
    }
    if (systemClock.now() - connectedAt >= STEADY_MS) backoff.reset();
    await pause(systemClock, backoff.next(), signal);
  }
}
