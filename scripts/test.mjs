/**
 * `npm test` and `npm run test:long`: compiles the code that changed, then runs test files, each in a process of its own, several
 * side by side. It leaves the time of each file in `build/test-times.json`, for `npm run test:times`.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { parseArgs } from "node:util";

import { arePeersInstalled, needsPeers, ready, root } from "./ready.mjs";
import { compiledOf, isPeerTest, testFiles } from "./test-files.mjs";

const help = `npm test                        all tests but the long ones: about 5 minutes on two processors
npm test -- WORD ...            only the files whose path has one of the words, each test shown
npm test -- --name "TEXT"       only the tests whose name has the text
npm test -- --watch WORD ...    again after each change of a source or a test
npm test -- --bail WORD ...     the quickest files first, and none after one that fails
npm run test:long [-- ...]      the long tests, with the same words and options: about 25 minutes
npm run test:times              the time of each file in the last run of all tests
npm run test:times -- --check   fails when all tests took longer than they may

Where a test lies says when it runs: in a folder named "long" it is a long test; a file named *.sized.test.ts runs shortened
with "npm test", and whole with "npm run test:long".

Run one test in a debugger:     npm run build
                                node --inspect-brk --enable-source-maps --test-name-pattern="TEXT" FILE
                                where FILE is the compiled test, as packages/hub/dist/test/hub.test.js
Repeat a test's choices:        SEED=12345 npm test -- WORD, with the seed that it printed
Ten runs beside noise:          node scripts/noisy.mjs 10

A test whose program is missing is skipped, and names the Debian package that brings it. The tests in the folder "peers" are skipped
until "npm ci --prefix peers" has installed the packages that they import. Tests that cut a network need root, as
they make network namespaces. "bash .ci/run" installs all that is needed, and there a skipped test is a failure.
`;

const { values, words } = options();
if (values.help) {
  process.stdout.write(help);
  process.exit();
}

/** What the fault tests measured, a line each. */
process.env.DOORBELL_RESULTS ??= join(root, "build/fault-results.txt");
if (values.long) process.env.DOORBELL_LONG = "1";

const timesFile = join(root, "build/test-times.json");
const reporter = join(root, "scripts/test-cost.mjs");
/** One file that hangs is ended after so long, and has failed. */
const hangsAfterMs = values.long ? 1_800_000 : 180_000;
/** Of what a file prints so many characters are kept. */
const OUTPUT_MAX = 4_000_000;
/** A process that a test file started and that has its output may live on for so long; others are ended with the file. */
const LEFT_MS = 5_000;
const running = new Set();
let runs = 0;
for (const [signal, status] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 }))
  process.on(signal, () => process.exit(status));
// However this ends, no test goes on without it.
process.on("exit", endAll);
// The reader of the output has gone.
process.stdout.on("error", () => process.exit(1));

if (values.watch) await runAgainAndAgain();
else {
  ready();
  process.exitCode = (await runAll()) ? 0 : 1;
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        name: { type: "string" },
        watch: { type: "boolean" },
        bail: { type: "boolean" },
        long: { type: "boolean" },
      },
    });
    if (values.name === "") throw new Error("--name takes a part of a test's name");
    if (!/^\d+$/.test(process.env.SEED ?? "0")) throw new Error(`SEED is a whole number, not ${process.env.SEED}`);
    return { values, words: positionals.map(pathFromRoot) };
  } catch (error) {
    process.stderr.write(`${error.message.split(". ")[0]}: npm test -- --help lists what there is\n`);
    process.exit(1);
  }
}

/** Takes the path of a file as an editor or a shell completes it, also that of the compiled test. */
function pathFromRoot(word) {
  const path = isAbsolute(word) ? relative(root, word) : word.replace(/^\.[\\/]/, "");
  return path.replace(/([\\/])dist[\\/]test[\\/]/, "$1test$1").replace(/\.js$/, "");
}

/** Runs what was asked for, once. Resolves to whether all went well. */
async function runAll() {
  const before = timesBefore();
  // The slowest first, so that no processor waits for the last one.
  const order = (a, b) => (before[b]?.ms ?? 0) - (before[a]?.ms ?? 0) || (a < b ? -1 : 1);
  const files = chosen(values.long).sort(values.bail ? (a, b) => order(b, a) : order);
  if (files.length === 0) {
    const isOther = chosen(!values.long).length > 0;
    const hint = isOther ? `, but one of the other tier has: npm ${values.long ? "test" : "run test:long"} -- ...` : "";
    process.stderr.write(`No ${values.long ? "long " : ""}test file has ${words.join(" or ")} in its path${hint}\n`);
    return false;
  }
  mkdirSync(join(root, "build"), { recursive: true });
  rmSync(process.env.DOORBELL_RESULTS, { force: true });
  const isWhole = words.length === 0 && values.name === undefined;
  if (isWhole) process.stdout.write(`${announced(files, before)}\n`);
  const started = performance.now();
  const results = {};
  let isOver = false;
  await inTurn(files, async (file) => {
    const result = await runFile(file);
    if (isOver) return;
    results[file] = result;
    show(file, result, Object.keys(results).length, files.length, isWhole);
    if (!values.bail || result.failed === 0) return;
    isOver = true;
    files.length = 0;
    endAll();
  });
  const tookMs = Math.round(performance.now() - started);
  if (isWhole) writeTimes(results, tookMs);
  return verdict(results, tookMs);
}

function chosen(isLongTier) {
  return testFiles(isLongTier).filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
}

function announced(files, before) {
  const known = files.filter((file) => before[file] !== undefined);
  const measured = sum(known.map((file) => before[file].ms)) / 60_000 / lanes();
  const usual = values.long ? 25 : 5;
  const minutes = Math.max(1, Math.round(known.length < files.length / 2 ? usual : measured));
  return `${files.length} test files, ${lanes()} side by side: about ${minutes} min`;
}

/** One more than there are processors, as tests also wait: for sockets, for the disk, for a process to start. */
function lanes() {
  return availableParallelism() + 1;
}

/** Runs `work` on each file, as many at a time as there are lanes, until the list is empty. */
async function inTurn(files, work) {
  let next = 0;
  const lane = async () => {
    while (next < files.length) await work(files[next++]);
  };
  await Promise.all(Array.from({ length: lanes() }, lane));
}

/** Runs one file in a process of its own, with its output kept. */
async function runFile(file) {
  if (isPeerTest(file) && !arePeersInstalled())
    return { passed: 0, failed: 0, skipped: 1, cpuMs: 0, ms: 0, output: "", isWithoutPeers: true };
  const counted = join(root, "build", `test-${process.pid}-${(runs += 1)}.json`);
  const started = performance.now();
  const env = { ...process.env };
  // Set where this is run by another test: the file is to report in its own words.
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(
    process.execPath,
    [
      "--enable-source-maps",
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${counted}`,
      ...(values.name === undefined
        ? []
        : [`--test-name-pattern=${values.name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`]),
      compiledOf(file),
    ],
    // In a group of its own, so that what it starts ends with it.
    { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output = (output + text).slice(-OUTPUT_MAX)));
  const faults = [];
  const timer = setTimeout(() => {
    faults.push(`This file did not end within ${hangsAfterMs / 60_000} min, and was ended`);
    endGroup(child);
  }, hangsAfterMs);
  const code = await new Promise((resolve) => child.on("exit", resolve).on("error", () => resolve(null)));
  clearTimeout(timer);
  if ((await isHeld(child)) && faults.length === 0)
    faults.push("This file left a process running that has its output, and was ended");
  endGroup(child);
  running.delete(child);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();

  const { passed, failed, skipped, cpuMs, unended } = countsOf(counted);
  const open = unended.length === 0 ? "" : `: ${unended.map((name) => JSON.stringify(name)).join(", ")}`;
  if (cpuMs === undefined) faults.push(`It ended with ${code ?? "a signal"} before its tests were done${open}`);
  else if (code !== 0 && failed === 0) faults.push(`It ended with ${code}, though none of its tests failed`);
  else if (values.name === undefined && passed + failed + skipped === 0) faults.push("It has no test");
  if (faults.length > 0) output += `\n${faults.join(". ")}.\n`;
  const ms = Math.round(performance.now() - started);
  const allFailed = faults.length === 0 ? failed : Math.max(1, failed);
  return { passed, failed: allFailed, skipped, cpuMs: cpuMs ?? 0, ms, output };
}

/** Resolves to whether a process still has a file's output when it had time to end. */
async function isHeld({ stdout, stderr }) {
  for (const end = performance.now() + LEFT_MS; performance.now() < end;) {
    if (stdout.closed && stderr.closed) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

function endAll() {
  for (const child of running) endGroup(child);
}

/** Reads what the reporter has written. */
function countsOf(file) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const unended = [];
  let cpuMs;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  rmSync(file, { force: true });
  // The last line may be cut off.
  for (const one of text.split("\n").slice(0, -1)) {
    const { began, ended, name, cpuMs: used } = JSON.parse(one);
    if (began !== undefined) unended.push(began);
    if (ended !== undefined && unended.includes(name)) unended.splice(unended.indexOf(name), 1);
    if (ended in counts) counts[ended] += 1;
    cpuMs ??= used;
  }
  return { ...counts, cpuMs, unended };
}

/** Shows one line for a file that passed in a run of all; else all that it said. */
function show(file, { passed, failed, skipped, ms, output, isWithoutPeers }, done, all, isWhole) {
  const place = `[${String(done).padStart(String(all).length)}/${all}]`;
  if (isWithoutPeers) {
    process.stdout.write(`﹣ ${place} ${file}: skipped, ${needsPeers}\n`);
    return;
  }
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  const line = `${failed > 0 ? "✖" : passed > 0 ? "✔" : "﹣"} ${place} ${file}: ${counts.filter(Boolean).join(", ")}, ${(ms / 1_000).toFixed(1)} s\n`;
  const isShown = !isWhole ? values.name === undefined || passed + failed > 0 : failed > 0 || skipped > 0;
  process.stdout.write(isShown ? `${output.trimEnd()}\n${line}` : line);
}

function verdict(results, tookMs) {
  const all = Object.values(results);
  const [passed, failed, skipped] = ["passed", "failed", "skipped"].map((what) =>
    sum(all.map((result) => result[what])),
  );
  const bad = Object.keys(results).filter((file) => results[file].failed > 0);
  if (bad.length > 0)
    process.stdout.write(`\nFailed (what they said stands above):\n${bad.map((file) => `  ${file}\n`).join("")}`);
  const skipsFail = process.env.DOORBELL_SKIPS === "fail" && skipped > 0;
  if (skipsFail) process.stderr.write(`${skipped} skipped, and here a skip is a failure: install what is missing.\n`);
  if (passed + failed === 0)
    process.stderr.write(
      values.name === undefined
        ? "No test ran: all were skipped.\n"
        : `No test that can run here has ${JSON.stringify(values.name)} in its name.\n`,
    );
  process.stdout.write(
    `\n${passed} passed, ${failed} failed, ${skipped} skipped, in ${(tookMs / 60_000).toFixed(1)} min\n`,
  );
  return failed === 0 && passed > 0 && !skipsFail;
}

function timesBefore() {
  try {
    return JSON.parse(readFileSync(timesFile, "utf8"))[values.long ? "long" : "all"].files;
  } catch {
    return {};
  }
}

function writeTimes(results, tookMs) {
  let times = {};
  try {
    times = JSON.parse(readFileSync(timesFile, "utf8"));
  } catch {
    // There was no run before.
  }
  const files = Object.fromEntries(
    Object.entries(results).map(([file, { ms, cpuMs, passed }]) => [file, { ms, cpuMs, tests: passed }]),
  );
  times[values.long ? "long" : "all"] = { tookMs, lanes: lanes(), files };
  writeFileSync(timesFile, `${JSON.stringify(times, undefined, 1)}\n`);
}

/** Compiles and runs again whenever a file changes that tests depend on. */
async function runAgainAndAgain() {
  let changed = () => {};
  const packages = ["packages/doorbell", "packages/hub", "packages/test-support"];
  for (const place of [...packages, "peers", "examples", "bench", "scripts"])
    for (const folder of ["src", "test", "."].map((name) => join(root, place, name)).filter((path) => existsSync(path)))
      watch(folder, { recursive: !folder.endsWith(place) }, (_, name) => {
        if (/\.(ts|tsx|mjs|css|html|pml)$/.test(name ?? "") && !name.includes("dist")) changed();
      });
  for (;;) {
    const next = new Promise((resolve) => (changed = resolve));
    // In a process of its own, as what does not compile ends it.
    const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
    if (status === 0) await runAll();
    process.stdout.write("\nWaiting for a change; Ctrl-C ends this.\n");
    await next;
    // An editor writes several files at once.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
