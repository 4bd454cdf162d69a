/**
 * The benchmark of the line protocol's client against its peers: `npm run bench -- line-client [--rounds 5] [--quick]`.
 * Prints a line for each figure and peer, and writes all of it into `build/`. Fails only when something could not be
 * measured.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Figure, Plan } from "../line/run/figure.ts";
import { machine } from "../line/run/machine.ts";
import { build } from "../line/run/places.ts";
import { line, markdown, rows } from "../line/run/report.ts";
import { measure, type Wanted } from "./measure.ts";
import { byHandler, byIterator, type Peer, present } from "./peers/index.ts";

const toNet = { peer: "node:net", ratioMin: 0.7 };
/** Ours as it takes notifications, and what is measured. */
const figures: readonly (Wanted & { readonly ours: Peer })[] = [
  requests(1),
  requests(50),
  {
    ours: byIterator,
    group: "items",
    name: "one by one",
    job: { figure: "items", connections: 1 },
    server: "items",
    targets: [toNet],
  },
  notifications(byHandler, "to a handler"),
  notifications(byIterator, "to an iterator"),
];

const { values: options } = parseArgs({
  options: { rounds: { type: "string" }, quick: { type: "boolean", default: false } },
});
const rounds = Number(options.rounds ?? (options.quick ? 3 : 7));
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds is a whole number from 1, not ${options.rounds}`);
const plan: Plan = { rounds, ms: options.quick ? 150 : 500, warmUpMs: options.quick ? 300 : 800, quick: options.quick };

if (process.platform !== "linux") throw new Error("this benchmark reads /proc: it runs on Linux only");
const { peers, missing } = present();
const about = `${machine()}; ${plan.rounds} rounds of ${plan.ms} ms`;
console.log(about);
for (const name of missing) console.log(`${name} is not installed here: left out`);

const all: Figure[] = [];
for (const { ours, ...wanted } of figures) {
  const able = peers.filter(({ figures: can }) => can.includes(wanted.job.figure));
  const figure = await measure([ours, ...able], wanted, plan);
  all.push(figure);
  for (const row of rows(figure)) console.log(line(row));
  const shares = figure.series.map((one) => `${one.peer} ${percent(one.serverShare)}/${percent(one.loadShare)}`);
  console.log(`    share of a core, server/client: ${shares.join("  ")}`);
}
mkdirSync(build, { recursive: true });
writeFileSync(
  join(build, "bench-line-client.json"),
  `${JSON.stringify({ about, at: new Date().toISOString(), figures: all }, null, 2)}\n`,
);
writeFileSync(join(build, "bench-line-client.md"), markdown(all.flatMap(rows), about));
console.log("Written to build/bench-line-client.json and build/bench-line-client.md.");

function requests(connections: number): Wanted & { readonly ours: Peer } {
  const name = `${connections} × 1 in flight`;
  return {
    ours: byHandler,
    group: "requests",
    name,
    job: { figure: "requests", connections },
    server: "items",
    targets: [toNet],
  };
}

function notifications(ours: Peer, name: string): Wanted & { readonly ours: Peer } {
  return {
    ours,
    group: "notifications",
    name,
    job: { figure: "notifications", connections: 1 },
    server: "flood",
    targets: [],
  };
}

function percent(share: number | undefined): string {
  return `${Math.round((share ?? NaN) * 100)} %`;
}
