import { LINE_BYTES_MAX } from "../../codec/index.ts";
import { LineError } from "../../errors.ts";

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

/** The range of those that bound memory or reach the system as they are; all others go from 1 to `Infinity`. */
const ranges: Partial<Record<keyof Limits, readonly [min: number, max: number]>> = {
  lineBytesMax: [64, LINE_BYTES_MAX],
  pendingBytesMax: [1, 2 ** 30],
  lingerMs: [1, 2 ** 31 - 1],
  handshakeMs: [1, 2 ** 31 - 1],
  keepAliveMs: [1_000, 32_767_000],
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
