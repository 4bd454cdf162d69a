/**
 * Joins what was compiled of a package to a few files, in `dist/bundle`: a thread that has to find, read and link a hundred
 * modules takes two or three times as long to start, and keeps megabytes for them. Each entry is a file there, and what
 * several entries use is in a file that they share, so no thread ever has a module twice. The programs of our threads are
 * entries too: they lie beside the code that starts them, as in `dist/src`.
 *
 * Bundles the packages whose code is newer than their bundle.
 */
import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";

import { root } from "./ready.mjs";

/** Each package's entries, by their names in the bundle: what others import, its command, its threads. */
const entriesOf = {
  "@doorbell-js/doorbell": {
    index: "index.js",
    kernel: "kernel/index.js",
    archive: "kernel/archive/index.js",
    line: "line/index.js",
    push: "push/index.js",
    "kernel-thread": "kernel/workers/kernel-thread.js",
    "bell-thread": "push/bell-thread.js",
  },
  "@doorbell-js/hub": {
    main: "cli/main.js",
    desktop: "desktop/index.js",
    "net-manager": "network/public.js",
    "source-thread": "threads/source-thread.js",
  },
};

for (const name of ["packages/doorbell", "packages/hub"]) {
  const folder = join(root, name);
  if (isOld(folder)) await bundle(folder);
}

/** The compiler writes this file last, whenever it has compiled something. */
function isOld(folder) {
  const bundled = join(folder, "dist/bundle");
  const sources = [join(folder, "dist/tsconfig.tsbuildinfo"), import.meta.filename, join(root, "package-lock.json")];
  return !existsSync(bundled) || sources.some((file) => statSync(file).mtimeMs > statSync(bundled).mtimeMs);
}

async function bundle(folder) {
  // Loaded only when there is something to do.
  const { rolldown } = await import("rolldown");
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const input = Object.entries(entriesOf[name]).map(([entry, file]) => [entry, join(folder, "dist/src", file)]);
  const build = await rolldown({
    input: Object.fromEntries(input),
    platform: "node",
    tsconfig: false,
    // What is installed stays a module of its own.
    external: (id) => !isAbsolute(id) && !id.startsWith("."),
    // No module of ours does anything but give names, save the entries: what nobody uses is not loaded.
    treeshake: { moduleSideEffects: false },
    plugins: [{ name: "source maps of the compiler", load: withMap }],
  });
  // Made beside the old one, which a program may be reading, and whole or not there.
  const made = join(folder, "dist/bundle-new");
  rmSync(made, { recursive: true, force: true });
  // Each thread keeps the text too; one "…" in a comment, and all of it takes two bytes a character.
  await build.write({ dir: made, comments: false, sourcemap: true, sourcemapExcludeSources: true });
  await build.close();
  rmSync(join(folder, "dist/bundle"), { recursive: true, force: true });
  renameSync(made, join(folder, "dist/bundle"));
}

/** So errors point into the TypeScript. */
function withMap(file) {
  return { code: readFileSync(file, "utf8"), map: JSON.parse(readFileSync(`${file}.map`, "utf8")) };
}
