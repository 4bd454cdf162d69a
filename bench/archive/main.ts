/**
 * The benchmark of archives against the libraries for the same: `npm run bench -- archive [--rounds 7] [--quick]`.
 * Prints a line for each figure and peer, and writes all of it into `build/`. Fails only when something could not be
 * measured.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, release } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { Plan } from "../line/run/figure.ts";
import { build } from "../line/run/places.ts";
import { line, markdown, rows } from "../line/run/report.ts";
import { measure } from "./measure.ts";
import { large, small } from "./values.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string" }, quick: { type: "boolean", default: false } },
});
const rounds = Number(options.rounds ?? (options.quick ? 3 : 7));
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds is a whole number from 1, not ${options.rounds}`);
const plan: Plan = { rounds, ms: options.quick ? 100 : 400, warmUpMs: options.quick ? 200 : 600, quick: options.quick };

const about = [
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${release()}, Node ${process.versions.node}`,
  `one thread; ${plan.rounds} rounds of ${plan.ms} ms`,
  `native parts: cbor-x ${native("cbor-extract")}, msgpackr ${native("msgpackr-extract")}`,
].join("; ");
console.log(about);

const figures = [measure(small, plan), measure(large, plan)];
for (const row of figures.flatMap(rows)) console.log(line(row));
mkdirSync(build, { recursive: true });
writeFileSync(
  join(build, "bench-archive.json"),
  `${JSON.stringify({ about, at: new Date().toISOString(), figures }, null, 2)}\n`,
);
writeFileSync(join(build, "bench-archive.md"), markdown(figures.flatMap(rows), about));
console.log("Written to build/bench-archive.json and build/bench-archive.md.");

/** The libraries use a native part for texts, if there is one for this machine. */
function native(name: "cbor-extract" | "msgpackr-extract"): string {
  const require = createRequire(import.meta.resolve(name === "cbor-extract" ? "cbor-x" : "msgpackr"));
  try {
    require(name);
    return "yes";
  } catch {
    return "no";
  }
}
