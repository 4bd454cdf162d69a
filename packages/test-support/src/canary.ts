import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, test } from "node:test";

/** Describes a fault to plant in a package. */
export interface Fault {
  /** Names its folder, so it is unique. */
  readonly name: string;
  /** The source file to break, from the package's root: `src/line/server/session.ts`. */
  readonly file: string;
  /** The exact text that is replaced. It must occur once, so that a canary whose source moved on is noticed. */
  readonly find: string;
  readonly replace: string;
}

/** Describes a fault, and the test that must find it: a test that cannot fail shows nothing. */
export interface Canary extends Fault {
  /** The test file that must fail, from the package's root: `test/line/fault/t08-slow-reader.test.ts`. */
  readonly test: string;
  /** The tests in it to run, as a regular expression; all of them without it. */
  readonly only?: string;
  /** What the failed assertion says: failing for another reason is not finding the fault. */
  readonly fails: RegExp;
  /** Why its test cannot run here, if it cannot. */
  readonly skip?: string | false;
  /** How much is left of the deadline that the fault makes pass, as the broken build uses all of it. @default 0.3 */
  readonly patience?: number;
}

/** How long a broken build may take to be found out: those that hang are ended then. */
const DEADLINE_MS = 180_000;

/**
 * Makes one test for each canary of the package that has the folder `within`, by what it says. Two run at a time: they mostly wait for
 * what will not come. Each builds a copy of the package with the fault planted, runs the canary's test on it, and demands that this fails
 * by an assertion of its own.
 */
export function runCanaries(within: string, canaries: Readonly<Record<string, Canary>>): void {
  describe("canaries", { concurrency: 2 }, () => {
    for (const [what, canary] of Object.entries(canaries))
      test(what, { skip: canary.skip ?? false }, () => runCanary(within, canary));
  });
}

async function runCanary(within: string, canary: Canary): Promise<void> {
  const folder = breakPackage(within, canary);
  try {
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

/**
 * Makes a copy of the compiled package that has the folder `within`, with the fault planted: all but the broken file is the package's
 * own. Gives the copy's folder, for whoever asked to remove.
 */
export function breakPackage(within: string, fault: Fault): string {
  const root = packageOf(within);
  const source = plant(root, fault);
  // Inside the package, so that imports from node_modules resolve.
  const folder = join(root, "build/canary", fault.name);
  rmSync(folder, { recursive: true, force: true });
  const compiled = fault.file.replace(/\.ts$/, ".js");
  const broken = new Set([compiled, `${compiled}.map`].map((file) => join("dist", file)));
  linkAll(root, "dist", folder, (path) => broken.has(path) || path.startsWith(join("dist/bundle", sep)));
  linkSync(join(root, "package.json"), join(folder, "package.json"));
  if (existsSync(join(root, "bin"))) {
    linkAll(root, "bin", folder, () => false);
    // The command is of the bundle: here it is what the bundle is made of, as it was compiled.
    mkdirSync(join(folder, "dist/bundle"), { recursive: true });
    writeFileSync(join(folder, "dist/bundle/main.js"), `import ${JSON.stringify("../src/cli/main.js")};\n`);
  }
  mkdirSync(dirname(join(folder, fault.file)), { recursive: true });
  writeFileSync(join(folder, fault.file), source);
  compile(folder, fault.file, join(root, "../.."));
  return folder;
}

/** Finds the root of the package that has this folder. */
function packageOf(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageOf(dirname(folder));
}

/** Makes hard links to what the package has: Node takes each for a file of its own. */
function linkAll(root: string, part: string, folder: string, isLeftOut: (path: string) => boolean): void {
  mkdirSync(join(folder, part), { recursive: true });
  for (const entry of readdirSync(join(root, part), { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) mkdirSync(join(folder, path));
    else if (!isLeftOut(path)) linkSync(join(root, path), join(folder, path));
  }
}

function plant(root: string, { name, file, find, replace }: Fault): string {
  const source = readFileSync(join(root, file), "utf8");
  const times = source.split(find).length - 1;
  assert.equal(
    times,
    1,
    `canary ${name}: the text to replace occurs ${times} times in ${file}, not once: mend the canary`,
  );
  return source.replace(find, () => replace);
}

/** Compiles one file as it is, whatever it imports. */
function compile(folder: string, file: string, repository: string): void {
  const config = {
    extends: join(repository, "tsconfig.base.json"),
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
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
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
    DOORBELL_PATIENCE: String(canary.patience ?? 0.3),
    DOORBELL_FAILS: canary.fails.source,
    // The same choices in every run: what finds the fault once finds it always.
    SEED: process.env["SEED"] ?? "1",
    DOORBELL_RESULTS: "",
  };
  // Set by the runner that runs us: the child is to report in words of its own.
  delete env["NODE_TEST_CONTEXT"];
  // The short form has to find the fault.
  delete env["DOORBELL_LONG"];
  const child = spawn(process.execPath, ["--enable-source-maps", "--test-reporter=tap", ...only, compiled], {
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
    child.on("close", (status, signal) => resolve({ status, signal, output }));
  });
}
