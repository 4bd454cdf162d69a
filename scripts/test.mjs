/**
 * `npm test` and `npm run test:long`: compiles the code that changed, then runs test files, each in a process of its own, several
 * side by side. It leaves the time of each file in `build/test-times.json`, for `npm run test:times`.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, sep } from "node:path";
import { parseArgs } from "node:util";

import { arePeersInstalled, needsPeers, ready, root } from "./ready.mjs";

const help = `npm test                        all tests but the long ones: about 6 minutes on two processors
npm test -- WORD ...            only the files whose path has one of the words, each test shown
npm test -- --name "TEXT"       only the tests whose name has the text
npm test -- --watch WORD ...    again after each change of a source or a test
npm test -- --bail WORD ...     the quickest files first, and none after one that fails
npm run test:long [-- ...]      the long tests, with the same words and options: about 25 minutes
npm run test:times              what each file took when all tests ran last, slowest first
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

const { values, positionals: words } = options();
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
/** The tests that need packages of a folder that is not always installed. */
const peerTests = join("peers", "test", sep);
/** Of what a file prints so many characters are kept. */
const OUTPUT_MAX = 4_000_000;
/** A process that a test file started has so long to end after it. */
const LEFT_MS = 5_000;
const running = new Set();
let runs = 0;
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    for (const child of running) child.kill("SIGKILL");
    process.exit(signal === "SIGINT" ? 130 : 143);
  });

if (values.watch) await runAgainAndAgain();
else {
  ready();
  process.exitCode = (await runAll()) ? 0 : 1;
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        name: { type: "string" },
        watch: { type: "boolean" },
        bail: { type: "boolean" },
        long: { type: "boolean" },
      },
    });
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exit(1);
  }
}

/** Runs what was asked for, once. Resolves to whether all went well. */
async function runAll() {
  const before = timesBefore();
  // The slowest first, so that no processor waits for the last one.
  const order = (a, b) => (before[b]?.ms ?? 0) - (before[a]?.ms ?? 0) || (a < b ? -1 : 1);
  const files = testFiles().sort(values.bail ? (a, b) => order(b, a) : order);
  if (files.length === 0) {
    process.stderr.write(`No ${values.long ? "long " : ""}test file has ${words.join(" or ")} in its path.\n`);
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
    for (const child of running) child.kill("SIGKILL");
  });
  const tookMs = Math.round(performance.now() - started);
  if (isWhole) writeTimes(results, tookMs);
  return verdict(results, tookMs);
}

function announced(files, before) {
  const known = files.filter((file) => before[file] !== undefined);
  const minutes =
    known.length < files.length / 2
      ? values.long
        ? 25
        : 6
      : sum(known.map((file) => before[file].ms)) / 60_000 / lanes();
  return `${files.length} test files, ${lanes()} side by side: about ${Math.max(1, Math.round(minutes))} min`;
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
  if (file.startsWith(peerTests) && !arePeersInstalled())
    return { passed: 0, failed: 0, skipped: 1, cpuMs: 0, ms: 0, output: "", isWithoutPeers: true };
  const counted = join(root, "build", `test-${process.pid}-${(runs += 1)}.json`);
  const started = performance.now();
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
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output = (output + text).slice(-OUTPUT_MAX)));
  let fault = "";
  const timer = setTimeout(() => {
    fault = `This file did not end within ${hangsAfterMs / 60_000} min, and was ended.`;
    child.kill("SIGKILL");
  }, hangsAfterMs);
  const code = await new Promise((resolve) => {
    child.on("close", resolve);
    child.on("exit", (status) =>
      setTimeout(() => {
        if (child.stdout.closed && child.stderr.closed) return;
        fault ||= "This file left a process behind, which still has its output.";
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
        resolve(status);
      }, LEFT_MS).unref(),
    );
  });
  clearTimeout(timer);
  running.delete(child);
  const counts = countsOf(counted);
  const { passed = 0, failed = 0, skipped = 0, cpuMs = 0 } = counts ?? {};
  if (counts === undefined) fault ||= `This file ended with status ${code} before its tests were done, or has none.`;
  else if (code !== 0 && failed === 0)
    fault ||= `This file ended with status ${code}, though none of its tests failed.`;
  else if (values.name === undefined && passed + failed + skipped === 0) fault ||= "This file has no test.";
  if (fault !== "") output += `\n${fault}\n`;
  const ms = Math.round(performance.now() - started);
  return { passed, failed: fault === "" ? failed : Math.max(1, failed), skipped, cpuMs, ms, output };
}

/** Reads what the reporter has written, which it does once all tests of a file are done. */
function countsOf(file) {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  rmSync(file);
  return text === "" ? undefined : JSON.parse(text);
}

/** Shows one line for a file that passed in a run of all; else all that it said. */
function show(file, { passed, failed, skipped, ms, output, isWithoutPeers }, done, all, isWhole) {
  const place = `[${String(done).padStart(String(all).length)}/${all}]`;
  if (isWithoutPeers) {
    process.stdout.write(`﹣ ${place} ${file}: skipped, ${needsPeers}\n`);
    return;
  }
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  const line = `${failed > 0 ? "✖" : "✔"} ${place} ${file}: ${counts.filter(Boolean).join(", ")}, ${(ms / 1_000).toFixed(1)} s\n`;
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
  if (passed + failed + skipped === 0)
    process.stderr.write(`No test has ${JSON.stringify(values.name)} in its name.\n`);
  process.stdout.write(
    `\n${passed} passed, ${failed} failed, ${skipped} skipped, in ${(tookMs / 60_000).toFixed(1)} min\n`,
  );
  return failed === 0 && passed > 0 && !skipsFail;
}

/** Gives the tests that were asked for, by their sources' paths from the root. */
function testFiles() {
  const places = ["packages/doorbell/test", "packages/hub/test", "peers/test", "examples/test", "bench", "scripts"];
  return places
    .flatMap((place) =>
      readdirSync(join(root, place), { recursive: true })
        .filter(
          (name) =>
            /\.test\.(ts|mjs)$/.test(name) && !name.split(sep).some((part) => ["node_modules", "dist"].includes(part)),
        )
        .map((name) => join(place, name)),
    )
    .filter((file) => (values.long ? isLong(file) || isSized(file) : !isLong(file)))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
}

function isLong(file) {
  return file.split(sep).includes("long");
}

function isSized(file) {
  return file.endsWith(".sized.test.ts");
}

function compiledOf(file) {
  if (file.endsWith(".mjs")) return join(root, file);
  if (file.startsWith(peerTests)) return join(root, "peers/dist", file.slice(peerTests.length).replace(/\.ts$/, ".js"));
  // The compiled files of a workspace are in its folder `dist`.
  return join(root, file.replace(/^(packages.[^\\/]+|[^\\/]+)/, join("$1", "dist")).replace(/\.ts$/, ".js"));
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
  for (const place of ["packages/doorbell", "packages/hub", "peers", "examples", "bench", "scripts"])
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
