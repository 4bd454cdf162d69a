/** The house's style, as far as a machine can tell. Each message says what to do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";

import { root } from "./ready.mjs";
import { testFiles } from "./test-files.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");

const sources = ["packages/doorbell/src", "packages/hub/src", "examples"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => /\.tsx?$/.test(path) && !path.includes(`dist${sep}`) && !path.includes(`test${sep}`)),
);

/** The relative imports of a file, as paths from the root. */
function importsOf(path) {
  const from = [...read(path).matchAll(/from "(\.[^"]+)"/g)].map((match) => match[1]);
  return from.map((name) => relative(root, resolve(root, dirname(path), name)));
}

/** In each list, a folder or file may import those before it, never those after. */
const layers = [
  ["kernel", "push"].map((name) => `packages/doorbell/src/${name}`),
  ["archive", "ring", "broker", "thread", "service", "names", "workers"].map(
    (name) => `packages/doorbell/src/kernel/${name}`,
  ),
  ["errors.ts", "time.ts", "codec.ts", "splitter.ts", "client"].map((name) => `packages/doorbell/src/line/${name}`),
  ["errors.ts", "time.ts", "codec.ts", "splitter.ts", "server"].map((name) => `packages/doorbell/src/line/${name}`),
  ["packages/doorbell/src/line/client", "packages/doorbell/src/line/server"],
  ["packages/doorbell/src/line/server", "packages/doorbell/src/line/client"],
  ["packages/doorbell/src/kernel", "packages/doorbell/src/line"],
  ["packages/doorbell/src/line", "packages/doorbell/src/kernel"],
  [
    "printable.ts",
    "time.ts",
    "inbox",
    "page",
    "keys-file.ts",
    "dbus",
    "store",
    "source",
    "network",
    "inbox-service",
    "threads",
    "line",
    "http",
    "desktop",
    "hub.ts",
    "cli",
  ].map((name) => `packages/hub/src/${name}`),
  ["packages/hub/src/page/core", "packages/hub/src/page/ui"],
];

test("imports point one way", () => {
  for (const path of sources)
    for (const imported of importsOf(path))
      for (const layer of layers) {
        const from = layer.findIndex((place) => within(path, place));
        const to = layer.findIndex((place) => within(imported, place));
        const up = from !== -1 && to > from;
        assert.ok(!up, `${path} imports ${imported}: ${layer[to]} stands above ${layer[from]}. Turn the import round.`);
      }
});

test("the README's snippets are the examples", () => {
  for (const page of ["README.md"])
    for (const [, file, snippet] of read(page).matchAll(/<!-- (examples\/\S+) -->\n```ts\n([\s\S]*?)```/g))
      assert.ok(
        read(file).includes(snippet),
        `${page}: the snippet of ${file} is not in that file any more. Copy it anew.`,
      );
});

test("nothing is left to be mended later", () => {
  for (const path of sources)
    assert.doesNotMatch(
      read(path),
      /\b(FIXME|TODO|XXX)\b/,
      `${path}: mend it now, or open an issue and delete the note.`,
    );
});

test("the tests that SECURITY.md names are there", () => {
  const tests = ["packages/doorbell/test", "packages/hub/test", "peers/test", "examples/test"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => join(folder, name))
      .filter((path) => path.endsWith(".test.ts")),
  );
  for (const [, word] of read("SECURITY.md").matchAll(/\[([\w/.-]+)\](?!\()/g))
    assert.ok(
      tests.some((path) => path.includes(word)),
      `SECURITY.md: no test file has ${word} in its path. Name the test that shows the claim, or take the claim back.`,
    );
});

test("every test file is of a tier", (t) => {
  const { status, stdout } = spawnSync("git", ["ls-files", "--", "*.test.*"], { cwd: root, encoding: "utf8" });
  if (status !== 0) return t.skip("needs git, and a clone: the package git brings it");
  const run = new Set([...testFiles(), ...testFiles(true)]);
  for (const path of stdout.split("\n").filter((line) => line !== ""))
    assert.ok(run.has(path), `${path} never runs: name it *.test.ts, and put it among the tests of a package.`);
});

function within(path, place) {
  return path === place || path.startsWith(place + sep);
}
