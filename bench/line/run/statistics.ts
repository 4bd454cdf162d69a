/** Many values as one: the middle, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const at = (index: number): number => sorted[index] ?? NaN;
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** The ratio of two alternating series, round by round: what disturbs the machine for longer than a round disturbs both. */
export function ratio(ours: readonly number[], theirs: readonly number[]): Summary {
  return summary(ours.map((value, round) => value / (theirs[round] ?? NaN)));
}
