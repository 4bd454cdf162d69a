import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A fault planted in the package, and the test that must find it: a test that cannot fail shows nothing. */
export interface Canary {
  /** Names its folder, so it is unique. */
  readonly name: string;
  /** The source file to break, from the package's root: `src/line/server/core/session.ts`. */
  readonly file: string;
  /** The exact text that is replaced. It must occur once, so that a canary whose source moved on is noticed. */
  readonly find: string;
  readonly replace: string;
  /** The test file that must fail, from the package's root: `test/line/fault/t08-slow-reader.test.ts`. */
  readonly test: string;
  /** The one test in it to run, as a regular expression; all of them without it. */
  readonly only?: string;
  /** What the failed assertion says: failing for another reason is not finding the fault. */
  readonly fails: RegExp;
  /** Why its test cannot run here, if it cannot. */
  readonly skip?: string | false;
  /** How long the broken build may take to be found out. @default 60_000 */
  readonly deadlineMs?: number;
  /** How much of their patience the test's own deadlines keep, as the broken build will often use all of it. @default 0.2 */
  readonly patience?: number;
}

/** The package's root, seen from dist/test/support; a copy's root when this runs in a copy. */
const packageRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const repositoryRoot = dirname(dirname(packageRoot));

/**
 * Builds a copy of the package with the fault planted, runs the test on it, and demands that the test fails by an
 * assertion of its own.
 */
export async function runCanary(canary: Canary): Promise<void> {
  const folder = join(packageRoot, "build/canary", canary.name);
  rmSync(folder, { recursive: true, force: true });
  try {
    copyPackage(folder);
    plant(folder, canary);
    compile(folder);
    const { status, signal, output } = await runTest(folder, canary);
    const shown = `\n--- what ${canary.test} printed:\n${output.slice(-4_000)}`;
    assert.equal(signal, null, `the test of canary ${canary.name} did not end in time${shown}`);
    assert.notEqual(
      status,
      0,
      `canary ${canary.name} lives: ${canary.test} passes although ${canary.file} is broken${shown}`,
    );
    assert.match(output, /^\s*not ok /m, `canary ${canary.name}: no test failed, so none ran${shown}`);
    assert.match(output, /ERR_ASSERTION/, `canary ${canary.name}: it was no assertion that failed${shown}`);
    assert.match(output, canary.fails, `canary ${canary.name}: the test failed for another reason${shown}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Inside the repository, so that imports from node_modules resolve. */
function copyPackage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ["src", "test", "package.json"])
    cpSync(join(packageRoot, part), join(folder, part), { recursive: true });
  const config = {
    extends: join(repositoryRoot, "tsconfig.base.json"),
    compilerOptions: {
      rootDir: ".",
      outDir: "dist",
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      noCheck: true,
    },
    include: ["src", "test"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
}

function plant(folder: string, { name, file, find, replace }: Canary): void {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  const times = source.split(find).length - 1;
  assert.equal(
    times,
    1,
    `canary ${name}: the text to replace occurs ${times} times in ${file}, not once: mend the canary`,
  );
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
}

function compile(folder: string): void {
  const tsc = join(repositoryRoot, "node_modules/typescript/bin/tsc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder, "--noCheck"], {
    encoding: "utf8",
  });
  assert.equal(status, 0, `a canary does not compile:\n${stdout}${stderr}`);
}

function runTest(
  folder: string,
  canary: Canary,
): Promise<{ status: number | null; signal: string | null; output: string }> {
  const compiled = join(folder, "dist", canary.test.replace(/\.ts$/, ".js"));
  const only = canary.only === undefined ? [] : [`--test-name-pattern=${canary.only}`];
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DOORBELL_PATIENCE: String(canary.patience ?? 0.2),
    DOORBELL_RESULTS: "",
  };
  // Set by the runner that runs us: the child is to report in words of its own.
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(process.execPath, ["--enable-source-maps", "--test-reporter=tap", ...only, compiled], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: canary.deadlineMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, output }));
  });
}
