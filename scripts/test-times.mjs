/**
 * `npm run test:times`: prints what each test file took when all tests ran last, slowest first; it runs them if they never ran here.
 * With `--check` it fails when the tests, or `.ci/run`, took longer than they may on two processors. A test that is new must fit in.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { root } from "./ready.mjs";

/** In minutes. The first is without installing and compiling, the second with all that `.ci/run` does. */
const LIMITS = { "npm test": 6, ".ci/run": 10 };

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
const read = (name) => {
  try {
    return JSON.parse(readFileSync(join(root, "build", name), "utf8"));
  } catch {
    return undefined;
  }
};

if (read("test-times.json")?.all === undefined) {
  process.stderr.write("The tests have not run here: they run now.\n");
  spawnSync(process.execPath, [join(root, "scripts/test.mjs")], { stdio: "inherit" });
}
const { all, long } = read("test-times.json") ?? {};
if (all === undefined) {
  process.stderr.write("The tests did not come to their end, so there is nothing to show.\n");
  process.exit(1);
}

print("npm test", all);
if (long !== undefined) print("npm run test:long", long);
if (values.check) check({ "npm test": all.tookMs, ".ci/run": read("ci-times.json")?.tookMs });

function print(command, { tookMs, files }) {
  const rows = Object.entries(files).sort(([, a], [, b]) => b.ms - a.ms);
  const total = (of) => rows.reduce((sum, [, row]) => sum + row[of], 0);
  const minutes = (ms) => (ms / 60_000).toFixed(1);
  process.stdout.write(`\n${command}: ${minutes(tookMs)} min; ${total("tests")} tests in ${rows.length} files, `);
  process.stdout.write(
    `${minutes(total("ms"))} min one after the other, ${minutes(total("cpuMs"))} min of processor time\n\n`,
  );
  process.stdout.write("  seconds  processor  tests  file\n");
  for (const [file, { ms, cpuMs, tests }] of rows) {
    const [wall, cpu] = [ms, cpuMs].map((of) => (of / 1_000).toFixed(1));
    process.stdout.write(`${wall.padStart(9)}  ${cpu.padStart(9)}  ${String(tests).padStart(5)}  ${file}\n`);
  }
}

function check(took) {
  for (const [command, ms] of Object.entries(took)) {
    const limit = LIMITS[command];
    const said = ms === undefined ? "did not run here" : `${(ms / 60_000).toFixed(1)} min`;
    const isKept = ms === undefined || ms <= limit * 60_000;
    process.stdout.write(`\n${isKept ? "✔" : "✖"} ${command}: ${said} (at most ${limit} min)\n`);
    if (!isKept) process.exitCode = 1;
  }
}
