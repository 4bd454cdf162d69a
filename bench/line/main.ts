/**
 * The benchmark of the line protocol's server against its peers: `npm run bench -- line [--rounds 5] [--quick]
 * [--only fanout|joined|requests|memory|start]`. Prints a line for each figure and peer, and writes all of it into `build/`.
 * Fails only when something could not be measured.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { fanout, joined } from "./figures/fanout.ts";
import { memory } from "./figures/memory.ts";
import { requests } from "./figures/requests.ts";
import { start } from "./figures/start.ts";
import { type Peer, present } from "./peers/index.ts";
import type { Figure, Plan } from "./run/figure.ts";
import { compileLoad } from "./run/load.ts";
import { machine } from "./run/machine.ts";
import { build } from "./run/places.ts";
import { line, markdown, rows } from "./run/report.ts";

const figures: Readonly<Record<string, (peers: readonly Peer[], plan: Plan) => AsyncGenerator<Figure>>> = {
  fanout,
  joined,
  requests,
  memory,
  start,
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
  },
});
const plan = planOf(options.rounds, options.quick);
const wanted = options.only ?? Object.keys(figures);

if (process.platform !== "linux") throw new Error("this benchmark reads /proc and uses epoll: it runs on Linux only");
compileLoad();
const { peers, missing } = present();
const about = `${machine()}; ${plan.rounds} rounds of ${plan.ms} ms`;
console.log(about);
console.log("name  ours  peer  ratio [of all rounds]  the same by processor time of the servers  (target)\n");
for (const name of missing) console.log(`${name} is not installed here: left out`);

const all: Figure[] = [];
for (const name of wanted) {
  const measure = figures[name];
  if (measure === undefined) throw new Error(`--only takes ${Object.keys(figures).join(", ")}, not ${name}`);
  for await (const figure of measure(peers, plan)) {
    all.push(figure);
    for (const row of rows(figure)) console.log(line(row));
    console.log(bottleneck(figure));
  }
}
writeFileSync(
  join(build, "bench-line.json"),
  `${JSON.stringify({ about, at: new Date().toISOString(), figures: all }, null, 2)}\n`,
);
writeFileSync(join(build, "bench-line.md"), markdown(all.flatMap(rows), about));
console.log("Written to build/bench-line.json and build/bench-line.md.");

function planOf(rounds: string | undefined, quick: boolean): Plan {
  const count = Number(rounds ?? (quick ? 3 : 5));
  if (!Number.isInteger(count) || count < 1) throw new Error(`--rounds is a whole number from 1, not ${rounds}`);
  return { rounds: count, ms: quick ? 100 : 300, warmUpMs: quick ? 250 : 600, quick };
}

/** Which side was busy: a load client well below a whole core is not what was measured. */
function bottleneck({ series }: Figure): string {
  const shares = series.flatMap(({ peer, serverShare, loadShare }) =>
    serverShare === undefined || loadShare === undefined
      ? []
      : [`${peer} ${percent(serverShare)}/${percent(loadShare)}`],
  );
  return shares.length === 0 ? "" : `    share of a core, server/load client: ${shares.join("  ")}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
