import { appendFileSync } from "node:fs";
import type { TestContext } from "node:test";

/** Prints a fault test's figures, and appends them to the file that DOORBELL_RESULTS names. */
export function report(t: TestContext, line: string): void {
  t.diagnostic(line);
  const file = process.env.DOORBELL_RESULTS;
  if (file !== undefined && file !== "") appendFileSync(file, `${line}\n`);
}

/**
 * Writes a zero, and what it is worth: by the rule of three, no failure in `runs` independent runs bounds the rate of failure
 * by 3/runs at 95 %.
 */
export function zero(runs: number): string {
  return `0 (of ${runs}: rate < ${((3 / runs) * 100).toPrecision(2)} % at 95 %)`;
}

/** Gives the value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Writes a time with its unit: three digits are enough. */
export function ms(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toPrecision(3)} s` : `${value.toPrecision(3)} ms`;
}
