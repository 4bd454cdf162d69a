import type { TestContext } from "node:test";

/** Options of a property test: a seed that fast-check prints when it fails, and that SEED in the environment gives again. */
export function seeded(): { readonly seed: number; readonly numRuns: number; readonly endOnFailure: boolean } {
  const given = process.env["SEED"];
  return {
    seed: given === undefined ? Date.now() % 2 ** 31 : Number(given),
    numRuns: 300,
    // A canary asks only whether it fails: nobody reads which history is the shortest, and to find it may take minutes.
    endOnFailure: process.env["DOORBELL_PATIENCE"] !== undefined,
  };
}

/** Numbers from 0 to 1 of a seed that is printed, and that SEED in the environment gives again. */
export function randomOf(t: TestContext): () => number {
  const { seed } = seeded();
  t.diagnostic(`SEED=${seed}`);
  let state = (seed % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
