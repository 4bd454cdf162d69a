import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, test } from "node:test";

import { packageFolder } from "./doorbell.ts";

/** How long a test of a broken package may take to find out. */
const DEADLINE_MS = 180_000;

/** A fault to plant in the compiled package. */
export interface Fault {
  /** Names its folder, so it is unique. */
  readonly name: string;
  /** The file to break, from `dist/src`: `printable.js`. */
  readonly file: string;
  /** The exact text that is replaced. It must occur once, so that a canary whose source moved on is noticed. */
  readonly find: string;
  readonly replace: string;
}

/** A fault, and the test that must find it: a test that cannot fail shows nothing. */
export interface Canary extends Fault {
  /** The test file that must fail, from `dist/test`. */
  readonly test: string;
  /** The tests in it to run, as a regular expression; all of them without it. */
  readonly only?: string;
  /** What the failed assertion says: failing for another reason is not finding the fault. */
  readonly fails: RegExp;
  /** Why its test cannot run here, if it cannot. */
  readonly skip?: string | false;
}

/** One test for each canary, by what it says. Two at a time: they mostly wait for what will not come. */
export function runCanaries(canaries: Readonly<Record<string, Canary>>): void {
  describe("canaries", { concurrency: 2 }, () => {
    for (const [what, canary] of Object.entries(canaries))
      test(what, { skip: canary.skip ?? false }, () => runCanary(canary));
  });
}

async function runCanary(canary: Canary): Promise<void> {
  const folder = breakPackage(canary);
  try {
    const { status, output } = await runTest(folder, canary);
    const shown = `\n--- what ${canary.test} printed:\n${output.slice(-4_000)}`;
    assert.notEqual(status, null, `the test of canary ${canary.name} did not end in time${shown}`);
    assert.notEqual(status, 0, `canary ${canary.name} lives: ${canary.test} passes although it is broken${shown}`);
    assert.match(output, /ERR_ASSERTION/, `canary ${canary.name}: it was no assertion that failed${shown}`);
    assert.match(output, canary.fails, `canary ${canary.name}: the test failed for another reason${shown}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a copy of the compiled package with the fault planted, of which all but the broken file is the package's own; gives its
 * folder, for whoever asked to remove.
 */
export function breakPackage(fault: Fault): string {
  // Inside the package, so that imports from node_modules resolve.
  const folder = join(packageFolder, "build/canary", fault.name);
  rmSync(folder, { recursive: true, force: true });
  const broken = join("dist/src", fault.file);
  for (const part of ["bin", "dist"])
    linkAll(part, folder, (path) => path === broken || path.startsWith(join("dist/bundle", sep)));
  linkSync(join(packageFolder, "package.json"), join(folder, "package.json"));
  writeFileSync(join(folder, broken), plant(fault));
  // The command is of the bundle: here it is what the bundle is made of, as it was compiled.
  mkdirSync(join(folder, "dist/bundle"), { recursive: true });
  writeFileSync(join(folder, "dist/bundle/main.js"), 'import "../src/cli/main.js";\n');
  return folder;
}

/** Makes hard links to what the package has: Node takes each for a file of its own. */
function linkAll(part: string, folder: string, isLeftOut: (path: string) => boolean): void {
  mkdirSync(join(folder, part), { recursive: true });
  for (const entry of readdirSync(join(packageFolder, part), { recursive: true, withFileTypes: true })) {
    const path = relative(packageFolder, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) mkdirSync(join(folder, path));
    else if (!isLeftOut(path)) linkSync(join(packageFolder, path), join(folder, path));
  }
}

function plant({ name, file, find, replace }: Fault): string {
  const source = readFileSync(join(packageFolder, "dist/src", file), "utf8");
  const times = source.split(find).length - 1;
  assert.equal(
    times,
    1,
    `canary ${name}: what it replaces occurs ${times} times in ${file}, not once: mend the canary`,
  );
  return source.replace(find, () => replace);
}

function runTest(folder: string, { test, only, fails }: Canary): Promise<{ status: number | null; output: string }> {
  const pattern = only === undefined ? [] : [`--test-name-pattern=${only}`];
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DOORBELL_PATIENCE: "0.3",
    DOORBELL_FAILS: fails.source,
    DOORBELL_RESULTS: "",
    // The same choices in every run: what finds the fault once finds it always.
    SEED: process.env["SEED"] ?? "1",
  };
  // Set by the runner that runs us: the child is to report in words of its own.
  delete env["NODE_TEST_CONTEXT"];
  // The short form has to find the fault.
  delete env["DOORBELL_LONG"];
  const args = ["--test-reporter=tap", ...pattern, join(folder, "dist/test", test)];
  const child = spawn(process.execPath, args, {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}
