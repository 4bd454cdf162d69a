/** What a bell may be rung with, and for how long. */
export interface BellLimits {
  /** Rings a minute, in bursts of as many. @default 60 */
  readonly perMinute: number;
  /** Bytes of a ring's text. @default 4096, and no more */
  readonly bytesMax: number;
  /** Rings in all; null is no limit. @default null */
  readonly ringsMax: number | null;
  /** When it ends: milliseconds since 1970; null is never. @default null */
  readonly expiresAt: number | null;
}

export type BellState = "active" | "paused" | "revoked" | "expired" | "usedUp";

/** A bell as whoever manages its inbox sees it. Its address is told once, when it is made: only a hash of it is kept. */
export interface Bell extends BellLimits {
  readonly id: number;
  readonly label: string;
  readonly state: BellState;
  readonly createdAt: number;
  /** Rings that were stored. */
  readonly rings: number;
  /** Rings that were refused, since the hub started. */
  readonly refused: number;
  /** Milliseconds since 1970; null when it was never rung. */
  readonly lastRangAt: number | null;
}
