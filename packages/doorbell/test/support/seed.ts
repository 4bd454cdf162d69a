import { randomInt } from "node:crypto";

/** What this run's random choices grow from: `SEED=12345 npm test -- fault` makes the same ones again. */
export const seed: number = process.env.SEED === undefined ? randomInt(2 ** 31) : Number(process.env.SEED);

/** Random numbers from a seed (mulberry32): the same seed, the same numbers. */
export class Random {
  #state: number;

  constructor(from: number = seed) {
    this.#state = from >>> 0;
  }

  /** From 0 up to, not including, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }
}
