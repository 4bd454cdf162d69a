/**
 * Bells: ours bounced and direct, beside what one writes by hand. `npm run bench -- push [--quick] [--rounds N]`.
 *
 * In each figure the contestants run in turns, round by round; printed are the middle of the rounds, their spread, and
 * ours / theirs. It fails only if it could not measure.
 */
import { availableParallelism, cpus, release } from "node:os";
import { parseArgs } from "node:util";

import { alternate } from "../threads/run/alternate.ts";
import { head, lines } from "../threads/run/report.ts";
import { fanOut, latency, type Made, pairs, stalled } from "./figures.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
});
const { quick } = options;
const rounds = quick ? 3 : Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is a whole number, 1 or more.");

const where = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Linux ${release()}`;
process.stdout.write(`${where}, Node ${process.versions.node}; ${rounds} rounds\n\n${head}`);

const deliveries = quick ? 20_000 : 100_000;
const figures: readonly (() => Promise<Made>)[] = [
  async () => await latency(quick ? 300 : 2_000),
  ...[1, 10, 100, 1_000].map((count) => async (): Promise<Made> => await fanOut(count, deliveries)),
  async () => await stalled(deliveries),
  async () => await pairs(quick ? 300 : 2_000),
];
for (const make of figures) {
  const made = await make();
  const series = await alternate(made.figure, rounds, true);
  for (const [at, row] of made.figure.rows.entries()) process.stdout.write(lines(row, series[at] ?? []));
  await made[Symbol.asyncDispose]();
}
