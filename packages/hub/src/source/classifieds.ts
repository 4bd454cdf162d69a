import { checkAd, type Fetched, type Source, type Subscription } from "@doorbell-js/doorbell/line";

import type { Log } from "../store/index.ts";

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
