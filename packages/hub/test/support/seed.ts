/** Options of a property test: a seed that fast-check prints when it fails, and that SEED in the environment gives again. */
export function seeded(): { readonly seed: number; readonly numRuns: number } {
  const given = process.env["SEED"];
  return { seed: given === undefined ? Date.now() % 2 ** 31 : Number(given), numRuns: 300 };
}
