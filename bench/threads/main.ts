/**
 * Messages between two threads: our kernel beside Node's own ways, libraries, and the limit. `npm run bench -- threads
 * [--quick] [--rounds N] [--round-ms N] [--only WORD ...] [--both] [--speed]`. `--both` prints two tables, one of two cores
 * and one of a single core, in under eight minutes; else it is on the cores that the process has (`taskset -c 0 npm run
 * ...`). `--speed` leaves out what does not depend on them, memory and start.
 *
 * In each figure the contestants run in turns, round by round; printed are the middle of the rounds, their spread, and
 * ours / theirs: of what is counted by the second more is better, of time and memory less. Where the machine has other work
 * as well, look at the processor time: of all threads together, for each message or call. It fails only if it could not
 * measure.
 */
import { availableParallelism, cpus, release } from "node:os";
import { parseArgs } from "node:util";

import { Kernel } from "@doorbell-js/doorbell/kernel";

import { both } from "./both.ts";
import { contestants } from "./contestants/index.ts";
import { latencies, memory, rates, startOfThread } from "./figures/index.ts";
import { alternate } from "./run/alternate.ts";
import { head, lines } from "./run/report.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    "round-ms": { type: "string" },
    both: { type: "boolean", default: false },
    speed: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
  },
});
const { quick, only } = options;
const rounds = wholeNumber("rounds", quick ? 3 : options.both ? 5 : 7);
const roundMs = wholeNumber("round-ms", quick ? 60 : options.both ? 150 : 300);

if (options.both) {
  both([`--rounds=${rounds}`, `--round-ms=${roundMs}`, ...only.map((word) => `--only=${word}`)]);
} else await measure();

async function measure(): Promise<void> {
  const where = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Linux ${release()}`;
  process.stdout.write(`${where}, Node ${process.versions.node}; ${rounds} rounds\n\n${head}`);

  const all = await contestants();
  const kernel = await Kernel.start();
  const figures = [
    ...rates(all, roundMs),
    ...latencies(all, roundMs, roundMs),
    ...(options.speed ? [] : [startOfThread(kernel), ...memory]),
  ];
  for (const figure of figures) {
    const wanted = only.length === 0 || figure.rows.some(({ name }) => only.some((word) => name.includes(word)));
    if (!wanted) continue;
    const series = await alternate(figure, rounds);
    for (const [at, row] of figure.rows.entries()) process.stdout.write(lines(row, series[at] ?? []));
  }
  for (const one of [...all, kernel]) await one[Symbol.asyncDispose]();
}

function wholeNumber(name: "rounds" | "round-ms", byDefault: number): number {
  const number = Number(options[name] ?? byDefault);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number, 1 or more.`);
  return number;
}
