import type { Clock } from "../time.ts";

export interface RatesOptions {
  readonly clock: Pick<Clock, "now">;
  /** So many are kept count of; past it, those that were not heard of for longest are taken for new. @default 10000 */
  readonly keysMax?: number;
}

/** How often each of many may do something: so many a minute, in bursts of as many. In memory alone. */
export class Rates<K> {
  readonly #clock: Pick<Clock, "now">;
  readonly #keysMax: number;
  /** The one that was heard of last is the last. */
  readonly #buckets = new Map<K, Bucket>();

  constructor({ clock, keysMax = 10_000 }: RatesOptions) {
    this.#clock = clock;
    this.#keysMax = keysMax;
  }

  /** 0 if it may now, and then it counts as done; else how long it has to wait: milliseconds. */
  take(key: K, perMinute: number): number {
    const now = this.#clock.now();
    const { left, at } = this.#buckets.get(key) ?? { left: perMinute, at: now };
    const filled = Math.min(perMinute, left + ((now - at) * perMinute) / 60_000);
    // A hair less than one is one: sums of fractions are not exact.
    const may = filled >= 1 - 1e-9;
    this.#note(key, { left: may ? Math.max(0, filled - 1) : filled, at: now });
    return may ? 0 : Math.ceil(((1 - filled) * 60_000) / perMinute - 1e-6);
  }

  forget(key: K): void {
    this.#buckets.delete(key);
  }

  #note(key: K, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax)
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
  }
}

/** What is left of a minute's worth, as of a time. */
interface Bucket {
  left: number;
  at: number;
}
