import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A fault planted in the package, and the test that must find it: a test that cannot fail shows nothing. */
export interface Canary {
  /** Names its folder, so it is unique. */
  readonly name: string;
  /** The source file to break, from the package's root: `src/line/server/session.ts`. */
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
  /** How much is left of the deadline that the fault makes pass, as the broken build uses all of it. @default 0.2 */
  readonly patience?: number;
}

/** How long a broken build may take to be found out: those that hang are ended then. */
const deadlineMs = 180_000;
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
    breakPackage(folder, canary);
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

/** Makes a copy of the compiled package with the fault planted: all but the broken file is that of the package itself. */
function breakPackage(folder: string, canary: Canary): void {
  const compiled = canary.file.replace(/\.ts$/, ".js");
  const broken = new Set([compiled, `${compiled}.map`].map((file) => join("dist", file)));
  linkAll("dist", folder, (path) => broken.has(path) || path.startsWith(join("dist/bundle", sep)));
  linkSync(join(packageRoot, "package.json"), join(folder, "package.json"));
  const source = plant(canary);
  mkdirSync(dirname(join(folder, canary.file)), { recursive: true });
  writeFileSync(join(folder, canary.file), source);
  compile(folder, canary.file);
}

/** Makes hard links to what the package has: Node takes each for a file of its own. */
function linkAll(part: string, folder: string, isLeftOut: (path: string) => boolean): void {
  mkdirSync(join(folder, part), { recursive: true });
  for (const entry of readdirSync(join(packageRoot, part), { recursive: true, withFileTypes: true })) {
    const path = relative(packageRoot, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) mkdirSync(join(folder, path));
    else if (!isLeftOut(path)) linkSync(join(packageRoot, path), join(folder, path));
  }
}

function plant({ name, file, find, replace }: Canary): string {
  const source = readFileSync(join(packageRoot, file), "utf8");
  const times = source.split(find).length - 1;
  assert.equal(
    times,
    1,
    `canary ${name}: the text to replace occurs ${times} times in ${file}, not once: mend the canary`,
  );
  return source.replace(find, () => replace);
}

/** Compiles one file as it is, whatever it imports. */
function compile(folder: string, file: string): void {
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
      noResolve: true,
      types: [],
    },
    files: [file],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(repositoryRoot, "node_modules/typescript/bin/tsc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
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
    DOORBELL_FAILS: canary.fails.source,
    // The same choices in every run: what finds the fault once finds it always.
    SEED: process.env.SEED ?? "1",
    DOORBELL_RESULTS: "",
  };
  // Set by the runner that runs us: the child is to report in words of its own.
  delete env.NODE_TEST_CONTEXT;
  // The short form has to find the fault.
  delete env.DOORBELL_LONG;
  const child = spawn(process.execPath, ["--enable-source-maps", "--test-reporter=tap", ...only, compiled], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: deadlineMs,
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
