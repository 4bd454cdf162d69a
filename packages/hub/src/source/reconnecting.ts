import type { Client, Entries, Service } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";

import { Backoff, pause } from "../time/index.ts";

const FIRST_RETRY_MS = 10;
const MAX_RETRY_MS = 10_000;
/** What held for as long was good: waits begin anew. */
const STEADY_MS = 1_000;

/** What is kept connected, and how it is used. */
export interface Reconnecting<E extends Entries> {
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
