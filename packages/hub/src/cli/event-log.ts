import { type Clock, systemClock } from "@doorbell-js/doorbell/line";

import type { Hub, HubEvent } from "../hub.ts";
import { printable, remark } from "./terminal.ts";

/** One line of each kind in this time; the rest are counted. */
const QUIET_MS = 1_000;

/** An event of the command itself: somebody asked by a signal how the hub is. */
type SignalEvent = { readonly type: "signalled" } & ReturnType<Hub["connections"]>;

export interface EventLogPowers {
  readonly clock?: Pick<Clock, "now">;
  readonly write?: (line: string) => void;
}

/** Writes what an operator should know to standard error: what fails, or was asked for, always; what ends or is refused, if `verbose`. */
export function eventLog(
  verbose: boolean,
  { clock = systemClock, write = remark }: EventLogPowers = {},
): (event: HubEvent | SignalEvent) => void {
  const kinds = new Map<string, { at: number; skipped: number }>();
  return (event) => {
    if (!verbose && !isTold(event)) return;
    const text = describe(event);
    const now = clock.now();
    const kind = kinds.get(text);
    if (kind !== undefined && now - kind.at < QUIET_MS) {
      kind.skipped += 1;
      return;
    }
    // Texts are few, save those of causes; what is old need not be remembered.
    if (kinds.size > 100) kinds.clear();
    kinds.set(text, { at: now, skipped: 0 });
    write(
      `${new Date().toISOString()} ${text}${kind !== undefined && kind.skipped > 0 ? ` (and ${kind.skipped} more)` : ""}`,
    );
  };
}

/** Returns whether it is told without `verbose`: a failure, or an answer. That a machine has no NetworkManager, say, is no failure. */
function isTold({ type }: HubEvent | SignalEvent): boolean {
  return [
    "signalled",
    "sourceFailed",
    "acceptFailed",
    "threadEnded",
    "threadBack",
    "listenerFailed",
    "httpFailed",
  ].includes(type);
}

function describe(event: HubEvent | SignalEvent): string {
  switch (event.type) {
    case "signalled":
      return `SIGUSR1: the hub is up, with ${event.line} connections of the line and ${event.http} of HTTP; it opens no inspector`;
    case "closed":
      return `connection closed: ${event.reason}`;
    case "refused":
      return `connection refused: ${event.limit}`;
    case "sourceFailed":
      return `source failed: ${message(event.cause)}`;
    case "acceptFailed":
      return `connection not accepted: ${message(event.cause)}`;
    case "threadEnded":
      return `the thread of ${event.thread} has ended, and is started again in ${event.retryMs} ms: ${message(event.cause)}`;
    case "threadBack":
      return `the thread of ${event.thread} is up again`;
    case "readerEnded":
      return `reader of events ended: ${event.reason}`;
    case "connectionRefused":
      return "connection of HTTP refused: there are too many";
    case "httpFailed":
      return `HTTP failed at a request: ${message(event.cause)}`;
    case "backendOpened":
      return `the network is told by ${event.backend}`;
    case "backendFailed":
      return `the network is not told by ${event.backend}: ${message(event.cause)}`;
    case "listenerFailed":
      return `the network could not be told: ${message(event.cause)}`;
  }
}

function message(cause: unknown): string {
  return printable(cause instanceof Error ? cause.message : String(cause));
}
