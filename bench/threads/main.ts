/**
 * Messages between two threads: our kernel beside Node's own ways, libraries, and the limit. `npm run bench -- threads
 * [--quick] [--rounds N] [--only WORD ...]`. For all threads on one core: `taskset -c 0 npm run bench -- threads`.
 *
 * In each figure the contestants run in turns, round by round; printed are the middle of the rounds, their spread, and
 * ours / theirs: of what is counted by the second more is better, of time and memory less. It fails only if it could not
 * measure.
 */
import { availableParallelism, cpus, release } from "node:os";
import { parseArgs } from "node:util";

import { Kernel } from "@doorbell-js/doorbell/kernel";

import { contestants } from "./contestants/index.ts";
import { latencies, memory, rates, startOfThread } from "./figures/index.ts";
import { alternate } from "./run/alternate.ts";
import { head, lines } from "./run/report.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "7" },
    only: { type: "string", multiple: true, default: [] },
  },
});
const { quick, only } = options;
const rounds = quick ? 3 : Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is a whole number, 1 or more.");

const where = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Linux ${release()}`;
process.stdout.write(`${where}, Node ${process.versions.node}; ${rounds} rounds\n\n${head}`);

const all = await contestants();
const kernel = await Kernel.start();
const figures = [
  ...rates(all, quick ? 60 : 300),
  ...latencies(all, quick ? 60 : 300, quick ? 60 : 250),
  startOfThread(kernel),
  ...memory,
];
for (const figure of figures) {
  const wanted = only.length === 0 || figure.rows.some(({ name }) => only.some((word) => name.includes(word)));
  if (!wanted) continue;
  const series = await alternate(figure, rounds);
  for (const [at, row] of figure.rows.entries()) process.stdout.write(lines(row, series[at] ?? []));
}
for (const one of [...all, kernel]) await one[Symbol.asyncDispose]();
