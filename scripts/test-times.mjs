/**
 * `npm run test:times`: prints the time of each test file in the last run of all tests, slowest first. With `--check` it fails
 * when the tests, or `.ci/run`, took longer than they may on two processors. A new test must fit in.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./ready.mjs";

/** In minutes. The first is without installing and compiling, the second with all that `.ci/run` does. */
const LIMITS = { "npm test": 6, ".ci/run": 10 };

const isCheck = process.argv[2] === "--check";
if (process.argv.length > (isCheck ? 3 : 2)) {
  process.stderr.write("npm run test:times [-- --check]: the time of each test file in the last run of all tests\n");
  process.exit(1);
}
const read = (name) => {
  try {
    return JSON.parse(readFileSync(join(root, "build", name), "utf8"));
  } catch {
    return undefined;
  }
};

const { all, long } = read("test-times.json") ?? {};
if (all === undefined) {
  process.stderr.write("There is nothing to show: all tests have not run here yet. Run npm test first.\n");
  process.exit(1);
}

print("npm test", all);
if (long !== undefined) print("npm run test:long", long);
if (isCheck) check({ "npm test": all.tookMs, ".ci/run": read("ci-times.json")?.tookMs });

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
    const said = ms === undefined ? "has not run here yet" : `${(ms / 60_000).toFixed(1)} min`;
    const isOver = ms > limit * 60_000;
    process.stdout.write(
      `\n${ms === undefined ? "﹣" : isOver ? "✖" : "✔"} ${command}: ${said} (at most ${limit} min)\n`,
    );
    if (isOver) process.exitCode = 1;
  }
}
