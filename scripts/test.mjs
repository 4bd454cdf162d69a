/**
 * `npm test`: all tests, from a fresh clone. `npm test -- WORD ...` runs the files whose path has one of the words.
 *
 * Three lanes: most tests run side by side; those in a folder named `browser` or `fault` have deadlines that the machine must be
 * free for, and run one by one after; last come, side by side, the planted faults that such tests must find, and tests that mostly
 * wait: for the disk and for sockets, as those of inboxes, their store and HTTP do, or to see that nothing happens.
 * A test that misses a program says so and is skipped; with DOORBELL_SKIPS=fail in the environment that is a failure.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, relative, sep } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

import { ready, root } from "./ready.mjs";

ready();

const words = process.argv.slice(2);
const files = ["packages/doorbell", "packages/hub", "examples", "bench"]
  .flatMap((place) => testFiles(join(root, place, "dist")))
  .concat(testFiles(join(root, "scripts")))
  .filter((file) => words.length === 0 || words.some((word) => relative(root, file).includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`No test file has ${words.join(" or ")} in its path.\n`);
  process.exit(1);
}

const alone = new Set(["browser", "fault"]);
const runsAlone = (file) => file.split(sep).some((folder) => alone.has(folder));
/** Planted faults are found whatever else keeps the machine busy. */
const isCanary = (file) => basename(file).includes("canar");
const waits = (file) =>
  basename(file).includes("idle") || ["inbox", "store", "http"].some((of) => file.includes(`${of}${sep}fault${sep}`));
const isLast = (file) => isCanary(file) || waits(file);
const total = { passed: 0, failed: 0, skipped: 0 };

/** What the fault tests measured, a line each. */
process.env.DOORBELL_RESULTS ??= join(root, "build/fault-results.txt");
mkdirSync(join(root, "build"), { recursive: true });
rmSync(process.env.DOORBELL_RESULTS, { force: true });

await lane(
  files.filter((file) => !runsAlone(file)),
  availableParallelism(),
);
await lane(
  files.filter((file) => runsAlone(file) && !isLast(file)),
  1,
);
await lane(
  files.filter((file) => runsAlone(file) && isLast(file)),
  availableParallelism(),
);

const skipsFail = process.env.DOORBELL_SKIPS === "fail" && total.skipped > 0;
if (skipsFail)
  process.stderr.write(`${total.skipped} skipped, and here a skip is a failure: install what is missing.\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 || total.passed === 0 || skipsFail ? 1 : 0;

async function lane(list, concurrency) {
  if (list.length === 0) return;
  // What hangs is ended, and has failed.
  const events = run({ files: list, concurrency, timeout: 900_000 });
  events.on("test:pass", ({ skip, todo, details }) => {
    if (details.type === "suite") return;
    if (skip !== undefined || todo !== undefined) total.skipped += 1;
    else total.passed += 1;
  });
  events.on("test:fail", ({ details }) => {
    if (details.type !== "suite") total.failed += 1;
  });
  const report = events.compose(spec);
  report.pipe(process.stdout, { end: false });
  await new Promise((resolve) => report.on("end", resolve));
}

function testFiles(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .filter((name) => /\.test\.m?js$/.test(name))
      .map((name) => join(folder, name))
      .filter(hasSource);
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** What was compiled from a file that has been moved or deleted since is no test any more. */
function hasSource(file) {
  return file.endsWith(".mjs") || existsSync(file.replace(`${sep}dist${sep}`, sep).replace(/\.js$/, ".ts"));
}
