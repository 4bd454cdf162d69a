import type { Figure } from "../figures/index.ts";

/** What one contestant reached in one row, round by round. */
export interface Series {
  readonly who: string;
  readonly values: readonly number[];
}

/** Measures a figure: everybody in turn, round after round. For each row, the contestants' series. */
export async function alternate({ turns, rows, roundsMax }: Figure, rounds: number): Promise<readonly Series[][]> {
  const taken = turns.map((): (readonly number[])[] => []);
  for (const { warmUp } of turns) await warmUp?.();
  for (let round = 0; round < Math.min(rounds, roundsMax ?? rounds); round += 1) {
    for (const [at, turn] of turns.entries()) {
      const values = await turn.measure();
      if (values.length < rows.length || values.some((value) => !Number.isFinite(value))) {
        throw new Error(`${turn.who} could not be measured: ${rows.map(({ name }) => name).join("; ")}`);
      }
      taken[at]?.push(values);
    }
  }
  return rows.map((_, row) =>
    turns.map(({ who }, at) => ({ who, values: (taken[at] ?? []).map((values) => values[row] ?? Number.NaN) })),
  );
}
