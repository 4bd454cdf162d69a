import type { Client, Entries, Kernel, Service } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";

import { Backoff, pause } from "../../time/index.ts";

const FIRST_RETRY_MS = 10;
const MAX_RETRY_MS = 10_000;
/** What held for as long was good: waits begin anew. */
const STEADY_MS = 1_000;

/** What is kept connected, and how it is used. */
export interface Reconnecting<E extends Entries> {
  readonly name: string;
  readonly service: Service<E>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Uses a connection; resolves, or rejects, when that is over. */
  readonly use: (client: Client<Service<E>>) => Promise<void>;
  /** Hears why a connection could not be used. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Connects to a server by its name, as soon as there is one, and again when it has gone: it waits at the kernel for the next
 * server of that name, and polls nothing. Resolves once the signal says so.
 */
export async function keepConnected<E extends Entries>(kernel: Kernel, options: Reconnecting<E>): Promise<void> {
  const { name, service, signal, use, onError } = options;
  const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: Math.random });
  while (!signal.aborted) {
    let connectedAt = systemClock.now();
    try {
      using client = (await kernel.names.connect(name, service, { signal })) as Disposable & Client<Service<E>>;
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
