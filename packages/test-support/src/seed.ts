import { randomInt } from "node:crypto";

/** Gives what this process's random choices grow from: `SEED=12345 npm test -- WORD` makes the same ones again. */
export const seed: number = process.env["SEED"] === undefined ? randomInt(2 ** 31) : Number(process.env["SEED"]);

/** Says how to make the same choices again, for a test's own output. */
export const again: string = `SEED=${seed}`;

/** Gives random numbers from a seed (mulberry32): the same seed, the same numbers. */
export class Random {
  #state: number;

  constructor(from: number = seed) {
    this.#state = from >>> 0;
  }

  /** Gives a whole number from 0 up to, not including, `below`. */
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

/** Gives fast-check's settings for so many runs. A property that fails prints its seed and its smallest example. */
export function runs(numRuns: number): {
  readonly seed: number;
  readonly numRuns: number;
  readonly includeErrorInReport: boolean;
  readonly endOnFailure: boolean;
} {
  // A canary asks only whether it fails: nobody reads which example is the smallest, and to find it may take minutes.
  return { seed, numRuns, includeErrorInReport: true, endOnFailure: process.env["DOORBELL_PATIENCE"] !== undefined };
}
