/** The sources that the hub itself has, save the network: random numbers, and the board of ads. */

import {
  checkAd,
  type Clock,
  type Fetched,
  MemorySource,
  type Source,
  type Subscription,
} from "@doorbell-js/doorbell/line";

import type { Log } from "../store/store.ts";

interface RandomOptions {
  /** New numbers a minute, on average. 0: only the first. */
  readonly perMinute: number;
  readonly clock: Clock;
  /** 0 ≤ n < 1, as `Math.random` */
  readonly random: () => number;
}

/** A number from 0 to 2⁵³−1 that is replaced by a new one at random times. */
export class Random implements Source, Disposable {
  readonly unread = 1;
  readonly #numbers = new MemorySource({ keep: 1, repeat: true });
  readonly #options: RandomOptions;
  #timer: { cancel(): void } | undefined;
  #dueAt: number;

  constructor(options: RandomOptions) {
    this.#options = options;
    this.#dueAt = options.clock.now();
    this.#renew();
  }

  subscribe(ring: (newest: number) => void): Subscription {
    return this.#numbers.subscribe(ring);
  }

  fetch(after: number): Fetched {
    return this.#numbers.fetch(after);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #renew(): void {
    const { perMinute, clock, random } = this.#options;
    this.#numbers.push(String(Math.floor(random() * 2 ** 53)));
    if (perMinute === 0) return;
    // Exponential waits: the times are as unpredictable as the numbers.
    // Each is counted from when the one before was due: timers run late, and the average would not be what was asked for.
    this.#dueAt += (-Math.log(1 - random()) * 60_000) / perMinute;
    this.#timer = clock.after(Math.max(0, this.#dueAt - clock.now()), () => this.#renew());
  }
}

/** A board of ads. What is posted is stored first, then everybody is told. */
export class Classifieds implements Source {
  /** A new reader finds the most recent ads unread. */
  readonly unread = 100;
  readonly #ads: Log;
  readonly #rings = new Set<(newest: number) => void>();

  constructor(ads: Log) {
    this.#ads = ads;
  }

  /**
   * Puts an ad on the board. It is stored when the promise resolves, with its number.
   *
   * @throws LineError `InvalidAd`
   */
  async post(text: string): Promise<number> {
    checkAd(text);
    const sequence = await this.#ads.append(text);
    for (const ring of this.#rings) ring(sequence);
    return sequence;
  }

  subscribe(ring: (newest: number) => void): Subscription {
    const own = (newest: number): void => ring(newest);
    this.#rings.add(own);
    return { newest: this.#ads.newest, [Symbol.dispose]: () => void this.#rings.delete(own) };
  }

  async fetch(after: number): Promise<Fetched> {
    return (await this.#ads.next(after)) ?? { text: "", sequence: after };
  }
}
