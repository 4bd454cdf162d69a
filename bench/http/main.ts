/**
 * The benchmark of HTTP: `npm run bench -- http [--rounds 5] [--quick] [--only rings|events|memory|waits]`. Prints a line for each
 * figure and peer, and writes all of it into `build/`. Fails only when something could not be measured.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Figure, Plan } from "../line/run/figure.ts";
import { compileLoad } from "../line/run/load.ts";
import { machine } from "../line/run/machine.ts";
import { build } from "../line/run/places.ts";
import { line, markdown, rows } from "../line/run/report.ts";
import { events } from "./figures/events.ts";
import { memory } from "./figures/memory.ts";
import { rings } from "./figures/rings.ts";
import { waits } from "./figures/waits.ts";
import { type HttpServer, startBare, startHub } from "./run/servers.ts";

const figures: Readonly<Record<string, (ours: HttpServer, bare: HttpServer, plan: Plan) => AsyncGenerator<Figure>>> = {
  rings,
  events,
  memory,
  waits,
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 3 : 5));
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds is a whole number from 1, not ${options.rounds}`);
if (process.platform !== "linux") throw new Error("this benchmark reads /proc and uses epoll: it runs on Linux only");
const plan: Plan = {
  rounds,
  ms: options.quick ? 300 : 1_000,
  warmUpMs: options.quick ? 500 : 1_500,
  quick: options.quick,
};

mkdirSync(build, { recursive: true });
compileLoad();
const place = machine().replace(/server pinned to core \d+/, "servers on any core");
const about = `${place}; ${plan.rounds} rounds of ${plan.ms} ms; load of the machine before: ${loadavg()
  .map((load) => load.toFixed(1))
  .join(" ")}`;
console.log(about);
const all: Figure[] = [];
for (const name of options.only ?? Object.keys(figures)) {
  const measure = figures[name];
  if (measure === undefined) throw new Error(`--only takes ${Object.keys(figures).join(", ")}, not ${name}`);
  // Memory that a burst left behind would be taken for that of readers.
  await using ours = await startHub({ isFilled: name !== "memory" && name !== "waits" });
  await using bare = await startBare();
  for await (const figure of measure(ours, bare, plan)) {
    all.push(figure);
    for (const row of rows(figure)) console.log(line(row), row.detail);
  }
}
writeFileSync(
  join(build, "bench-http.json"),
  `${JSON.stringify({ about, at: new Date().toISOString(), figures: all }, null, 2)}\n`,
);
writeFileSync(join(build, "bench-http.md"), markdown(all.flatMap(rows), about));
console.log("Written to build/bench-http.json and build/bench-http.md.");
