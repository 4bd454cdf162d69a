import type { Figure } from "../figures/index.ts";

/** What one contestant reached in one row, round by round. */
export interface Series {
  readonly who: string;
  readonly values: readonly number[];
  /** Processor time of all threads together for each message or call, in microseconds. */
  readonly costs: readonly number[];
}

/**
 * Measures a figure: everybody in turn, round after round; or to and fro, as who comes first after a pause finds colder
 * caches than who comes next. For each row, the contestants' series.
 */
export async function alternate(
  { turns, rows, roundsMax }: Figure,
  rounds: number,
  toAndFro = false,
): Promise<readonly Series[][]> {
  const taken = turns.map((): (readonly number[])[] => []);
  const costs = turns.map((): number[] => []);
  for (const { warmUp } of turns) await warmUp?.();
  for (let round = 0; round < Math.min(rounds, roundsMax ?? rounds); round += 1) {
    const entries = [...turns.entries()];
    for (const [at, turn] of toAndFro && round % 2 === 1 ? entries.toReversed() : entries) {
      const before = process.cpuUsage();
      const values = await turn.measure();
      const { user, system } = process.cpuUsage(before);
      if (turn.count !== undefined) costs[at]?.push((user + system) / turn.count());
      if (values.length < rows.length || values.some((value) => !Number.isFinite(value))) {
        throw new Error(`${turn.who} could not be measured: ${rows.map(({ name }) => name).join("; ")}`);
      }
      taken[at]?.push(values);
    }
  }
  return rows.map((_, row) =>
    turns.map(({ who }, at) => ({
      who,
      values: (taken[at] ?? []).map((values) => values[row] ?? Number.NaN),
      costs: costs[at] ?? [],
    })),
  );
}
