/**
 * Calls that are passed on, against the same calls made directly and against a relay that makes them itself and answers:
 * `npm run bench -- forward [--quick] [--rounds N] [--cores one|two]`. Without `--cores` first all threads share one
 * core, then they have two: a process each.
 *
 * A direct call is two hops between threads, one that is passed on three, one that is relayed four. In each figure the
 * ways take turns, round by round; printed are the middle of the rounds, their spread, and forwarded / theirs.
 */
import { spawnSync } from "node:child_process";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Kernel, type SpawnedThread } from "@doorbell-js/doorbell/kernel";

import { alternate } from "../threads/run/alternate.ts";
import { head, lines } from "../threads/run/report.ts";
import { figure, type Pace } from "./figure.ts";
import { ways, type What } from "./ways.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
    cores: { type: "string" },
  },
});
const { quick, cores } = options;
const rounds = quick ? 3 : Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is a whole number, 1 or more.");

if (cores === undefined)
  for (const [name, list] of [
    ["one", "0"],
    ["two", "0,1"],
  ] as const)
    again(name, list);
else await measure();

/** The same in a process that has these cores alone. */
function again(name: string, list: string): void {
  const own = [fileURLToPath(import.meta.url), ...process.argv.slice(2), "--cores", name];
  const { status, error } = spawnSync("taskset", ["-c", list, process.execPath, ...own], { stdio: "inherit" });
  if (error !== undefined || status !== 0) throw new Error(`could not be measured on ${name}`, { cause: error });
}

async function measure(): Promise<void> {
  const where = `${cpus()[0]?.model.trim() ?? "unknown"}, Linux ${release()}, Node ${process.versions.node}`;
  process.stdout.write(`All threads on ${cores} of the cores; ${where}; ${rounds} rounds\n\n${head}`);
  await using kernel = await Kernel.start();
  for (const form of ["blocking", "awaited"] as const) {
    const threads: SpawnedThread[] = [];
    const all = await ways(kernel, form, threads);
    for (const what of ["four numbers", "1 KiB lent"] satisfies What[])
      for (const pace of ["back to back", "parked between"] satisfies Pace[]) {
        const samples = (pace === "back to back" ? 2_000 : 200) / (quick ? 4 : 1);
        const one = figure(all, form, what, pace, samples);
        const series = await alternate(one, rounds);
        for (const [at, row] of one.rows.entries()) process.stdout.write(lines(row, series[at] ?? []));
      }
    for (const thread of threads) await thread.terminate();
  }
  process.stdout.write("\n");
}
