import { randomInt } from "node:crypto";

import fc from "fast-check";

/** What every property test of this process grows from: `SEED=12345 npm test -- WORD` makes the same choices again. */
const seed: number = process.env.SEED === undefined ? randomInt(2 ** 31) : Number(process.env.SEED);

/** fast-check's settings for so many runs. What fails prints its seed and its smallest example. */
export function runs<T>(numRuns: number): fc.Parameters<T> {
  return { seed, numRuns, includeErrorInReport: true };
}

/** For a test's own output: how to make the same choices again. */
export const again: string = `SEED=${seed}`;
