import { randomInt } from "node:crypto";

import type fc from "fast-check";

/** What every property test of this process grows from: `SEED=12345 npm test -- WORD` makes the same choices again. */
const seed: number = process.env.SEED === undefined ? randomInt(2 ** 31) : Number(process.env.SEED);

/** Whether this runs for a canary, that shows nobody its example: making that smaller can take longer than it may. */
const endOnFailure = process.env.DOORBELL_PATIENCE !== undefined;

/** fast-check's settings for so many runs. What fails prints its seed and its smallest example. */
export function runs<T>(numRuns: number): fc.Parameters<T> {
  return { seed, numRuns, includeErrorInReport: true, endOnFailure };
}

/** For a test's own output: how to make the same choices again. */
export const again: string = `SEED=${seed}`;
