/** What passes between the parts of the server and its user: sources, inboxes, carriers, counters and limits. */

import { LineError } from "../errors.ts";
import { LINE_BYTES_MAX } from "../splitter.ts";

/**
 * What there is to be told of: items numbered 1, 2, 3 … in the order they became available.
 *
 * A source knows nothing of sessions. A reader remembers the number up to which it has read, and asks for what follows.
 */
export interface Source {
  /** How many of the newest items a new session finds unread. @default 1 */
  readonly unread?: number;
  /** Calls `ring` with the number of the newest item whenever there is a new one, until the subscription is disposed of. */
  subscribe(ring: (newest: number) => void): Subscription;
  /**
   * The item for a reader who has read up to number `after`: the oldest it has not read, or whichever the source finds
   * right (the `random` source gives its newest, again and again). With nothing to give, an empty text and `after`.
   * When it throws or rejects, the client is told that the source is not available, and has read nothing.
   */
  fetch(after: number): Fetched | Promise<Fetched>;
}

/** One item of a source. */
export interface Fetched {
  /** The item as one line: no control characters, and none of the protocol's own lines. Empty when there is none. */
  readonly text: string;
  /** The item's number in the source; with nothing new, the number that was asked after. */
  readonly sequence: number;
}

export interface Subscription extends Disposable {
  /** The number of the newest item at the moment of subscribing; 0 when there is none. */
  readonly newest: number;
}

/**
 * What a key opened for one session: a source that this session has and others have not. It is disposed of when the
 * session ends, or says another key.
 */
export interface OpenedInbox extends Pick<Source, "unread" | "fetch">, Disposable {
  /** The same for all sessions that opened the same: what rings is told to all of them at once. @default this object */
  readonly id?: unknown;
  /**
   * Calls `ring` as every source does; and `ended` when this is not open to the key any more. Then the session is told
   * so (and why, if `ended` says why), and closed.
   */
  subscribe(ring: (newest: number) => void, ended: (why?: KeyEnd) => void): Subscription;
}

/** The reason for which a key opens its inbox no more: somebody made a new key, or deleted the inbox. */
export type KeyEnd = "renewed" | "deleted";

/**
 * Opens what `key` opens, or gives `undefined`: nothing. What it throws is told to whoever operates the server, so there
 * must be nothing of the key in it.
 */
export type OpenInbox = (key: string) => OpenedInbox | undefined | Promise<OpenedInbox | undefined>;

/**
 * What carries one session's bytes. The session calls these; whoever owns the carrier calls the session's `received`,
 * `inputEnded`, `drained`, `flushed` and `closed`.
 */
export interface Carrier {
  /** Sends, or keeps to be sent. False when too much waits already: `drained` will say when there is room again. */
  write(bytes: string | Uint8Array): boolean;
  /** Asks for no more bytes until `resume`. What was on its way may still come. */
  pause(): void;
  resume(): void;
  /** Says that nothing more will be written. `flushed` will say when all of it has left. */
  end(): void;
  /** Drops the connection now. */
  destroy(): void;
}

/** Why a session ended. */
export type CloseReason =
  /** the client closed, or vanished */
  | "client"
  /** it said `quit` */
  | "quit"
  /** a line that cannot be read on from */
  | "lineTooLong"
  | "notUtf8"
  /** a line of HTTP: a browser, or a program that took the port for another */
  | "http"
  /** it said as many wrong keys as it may */
  | "wrongKeys"
  /** what its key had opened is not open to it any more */
  | "keyEnded"
  /** it read nothing of what waited for it, for too long */
  | "stalled"
  /** the server stopped */
  | "stopped";

/** What the server has seen since it was made. Numbers only: nothing that a client said is in it. */
export interface Counters {
  /** sessions that were let in */
  opened: number;
  /** connections that were not, by the limit that kept them out */
  refused: { connections: number; connectionsPerAddress: number; handshake: number };
  closed: Record<CloseReason, number>;
  /** lines that were commands */
  commands: number;
  /** lines that were not */
  unknown: number;
  /** items that were given */
  fetched: number;
  /** fetches and posts that a source failed or did not answer in time */
  failed: number;
  /** notification lines that were sent */
  notifications: number;
  /** notifications that became one with an earlier one that was still waiting */
  coalesced: number;
  /** times a client was held back for sending more commands than its limit */
  throttled: number;
  /** times notification mode ended for want of a byte from the client */
  idled: number;
}

export function newCounters(): Counters {
  return {
    opened: 0,
    refused: { connections: 0, connectionsPerAddress: 0, handshake: 0 },
    closed: {
      client: 0,
      quit: 0,
      lineTooLong: 0,
      notUtf8: 0,
      http: 0,
      wrongKeys: 0,
      keyEnded: 0,
      stalled: 0,
      stopped: 0,
    },
    commands: 0,
    unknown: 0,
    fetched: 0,
    failed: 0,
    notifications: 0,
    coalesced: 0,
    throttled: 0,
    idled: 0,
  };
}

/** A limit on everything. `Infinity` lifts one that is not about memory. */
export interface Limits {
  /** Connections held at once; one more is told so and closed. @default 20_000 */
  readonly connectionsMax: number;
  /** Connections held at once from one address (a Unix socket has none). @default 1_024 */
  readonly connectionsPerAddressMax: number;
  /** Bytes in a line, its end not counted; a longer one is told so and closes the connection. @default 16_384 */
  readonly lineBytesMax: number;
  /**
   * Bytes waiting for a client that reads slowly. Beyond, its commands are read no further and its notifications
   * coalesce, one for each source; a single line can pass it. @default 16_384
   */
  readonly pendingBytesMax: number;
  /**
   * Commands of one client in a second, a long line counting once more for every 256 characters; past them the client
   * is read no further for a second. @default 10_000
   */
  readonly commandsPerSecondMax: number;
  /** Keys that open nothing, said in one session; the last of them is told so and closes the connection. @default 5 */
  readonly wrongKeysMax: number;
  /** Milliseconds without a byte from the client after which its notification mode ends, silently. @default 1_800_000 (30 min) */
  readonly idleMs: number;
  /** Milliseconds for which a client may read nothing of what waits for it before it is cut off. @default 300_000 (5 min) */
  readonly stallMs: number;
  /** Milliseconds a source has for one item before the client is told that it is not available. @default 10_000 */
  readonly fetchMs: number;
  /** Milliseconds a client has to close its side after the server has said its last line. @default 2_000 */
  readonly lingerMs: number;
  /** Milliseconds a TLS handshake may take. @default 10_000 */
  readonly handshakeMs: number;
  /**
   * Milliseconds of quiet before TCP asks whether the client is still there; ten unanswered questions, one each
   * second, close the connection. @default 60_000
   */
  readonly keepAliveMs: number;
}

export const defaultLimits: Limits = {
  connectionsMax: 20_000,
  connectionsPerAddressMax: 1_024,
  lineBytesMax: LINE_BYTES_MAX,
  pendingBytesMax: 16_384,
  commandsPerSecondMax: 10_000,
  wrongKeysMax: 5,
  idleMs: 30 * 60_000,
  stallMs: 5 * 60_000,
  fetchMs: 10_000,
  lingerMs: 2_000,
  handshakeMs: 10_000,
  keepAliveMs: 60_000,
};

/**
 * The defaults, with what was given in their place.
 *
 * @throws LineError `InvalidArgument`, naming the limit
 */
export function completeLimits(given: Partial<Limits>): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultLimits, name)) throw new LineError("InvalidArgument", `there is no limit "${name}"`);
    const [min, max] = ranges[name as keyof Limits] ?? [1, Infinity];
    const whole = Number.isSafeInteger(value) || value === Infinity;
    if (!whole || value < min || value > max)
      throw new LineError("InvalidArgument", `${name} is a whole number from ${min} to ${max}, not ${String(value)}`);
  }
  return { ...defaultLimits, ...given };
}

/** The range of those that bound memory or reach the system as they are; all others go from 1 to `Infinity`. */
const ranges: Partial<Record<keyof Limits, readonly [min: number, max: number]>> = {
  lineBytesMax: [64, LINE_BYTES_MAX],
  pendingBytesMax: [1, 2 ** 30],
  lingerMs: [1, 2 ** 31 - 1],
  handshakeMs: [1, 2 ** 31 - 1],
  keepAliveMs: [1_000, 32_767_000],
};
