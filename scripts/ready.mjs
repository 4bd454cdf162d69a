/** Makes a fresh clone ready to run: installs from the lock file if that has not been done, compiles what changed, and bundles it. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MIN = [20, 20];

/** A test or a script says this where the folder `peers` is not installed. */
export const needsPeers = "needs the test peers: npm ci --prefix peers brings them";

export function ready() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
    stop(`Doorbell needs Node ${NODE_MIN.join(".")} or newer; this is ${process.versions.node}.`);
  }
  if (!isInstalled(".")) {
    process.stderr.write("Installing what the lock file names (once) ...\n");
    run("npm", ["ci", "--no-fund", "--no-audit"], "npm ci failed: see above");
  }
  const projects = [".", ...(arePeersInstalled() ? ["peers"] : [])];
  const compiler = [join(root, "node_modules/typescript/bin/tsc"), "-b", ...projects];
  const dry = spawnSync(process.execPath, [...compiler, "--dry"], { cwd: root, encoding: "utf8" });
  if (dry.status !== 0 || dry.stdout.includes("would")) {
    // A whole compilation takes 20 seconds, and a program that is silent for so long seems to hang.
    process.stderr.write("Compiling ...\n");
    run(process.execPath, compiler, "the code does not compile: see above");
    removeStale();
  }
  run(process.execPath, [join(root, "scripts/bundle.mjs")], "the code cannot be bundled: see above");
  run(process.execPath, [join(root, "scripts/page.mjs")], "the hub's page cannot be made: see above");
}

/** The tests in `peers` compile and run only with what they import. */
export function arePeersInstalled() {
  return isInstalled("peers");
}

/** npm writes its own copy of the lock file last, so a newer one means that the installation is whole and up to date. */
function isInstalled(folder) {
  const done = join(root, folder, "node_modules/.package-lock.json");
  return existsSync(done) && statSync(done).mtimeMs >= statSync(join(root, folder, "package-lock.json")).mtimeMs;
}

/** The folders of compiled files, each with that of its sources. */
const compiled = {
  "packages/test-support/dist": "packages/test-support/src",
  "packages/doorbell/dist/src": "packages/doorbell/src",
  "packages/doorbell/dist/test": "packages/doorbell/test",
  "packages/hub/dist/src": "packages/hub/src",
  "packages/hub/dist/test": "packages/hub/test",
  "examples/dist": "examples",
  "bench/dist": "bench",
  "peers/dist": "peers/test",
};

/** Removes the compiled files whose sources are gone: a thread that is started by a path would still find them. */
function removeStale() {
  for (const [folder, sources] of Object.entries(compiled)) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      const source = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(name)?.[1];
      if (source === undefined || [".ts", ".tsx"].some((ending) => existsSync(join(root, sources, source + ending))))
        continue;
      rmSync(join(root, folder, name));
    }
  }
}

/** Runs a command with its output on our standard error, so that standard output stays the program's own. */
export function run(command, args, failure) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error !== undefined || status !== 0) stop(failure);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
