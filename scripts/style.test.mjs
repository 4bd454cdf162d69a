/** The house's style, as far as a machine can tell. Each message says what to do. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";

import { root } from "./ready.mjs";
import { testFiles } from "./test-files.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");

const sources = ["packages/doorbell/src", "packages/hub/src", "packages/test-support/src", "examples"].flatMap(
  (folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => join(folder, name))
      .filter((path) => /\.tsx?$/.test(path) && !path.includes(`dist${sep}`) && !path.includes(`test${sep}`)),
);

/** The relative imports of a file, of types and late ones too, as paths from the root. */
function importsOf(path) {
  const names = namesIn(path).filter((name) => name.startsWith("."));
  return names.map((name) => relative(root, resolve(root, dirname(path), name)));
}

/** Lists the imports of a file, as it says them. */
function namesIn(path) {
  const imports = /\b(?:from|import)\s*["']([^"'\n]+)["']|\bimport\(\s*["'`]([^"'`\n]+)["'`]/g;
  return [...read(path).matchAll(imports)].map(([, name, late]) => name ?? late);
}

const needsGit = "needs git, and a clone: the package git brings it";

/** Where the files of a package stand, and which other places each place may import. The longest that fits counts. */
const mayImport = {
  "doorbell/src": [],
  "doorbell/src/kernel": [],
  "doorbell/src/kernel/archive": ["kernel"],
  "doorbell/src/kernel/ring": [],
  "doorbell/src/kernel/broker": ["kernel", "kernel/ring"],
  "doorbell/src/kernel/thread": ["kernel", "kernel/ring", "kernel/broker"],
  "doorbell/src/kernel/service": ["kernel", "kernel/archive", "kernel/thread"],
  "doorbell/src/kernel/names": ["kernel", "kernel/archive", "kernel/broker", "kernel/service", "kernel/thread"],
  "doorbell/src/kernel/workers": ["kernel", "kernel/ring", "kernel/broker", "kernel/names", "kernel/thread"],
  "doorbell/src/kernel/kernel.ts": "kernel",
  "doorbell/src/kernel/index.ts": "kernel",
  "doorbell/src/push": ["kernel/index.ts"],
  "doorbell/src/line": [],
  "doorbell/src/line/client": ["line"],
  "doorbell/src/line/server": ["line"],
  "doorbell/src/line/index.ts": "line",

  "hub/src/ends.ts": [],
  "hub/src/time.ts": [],
  "hub/src/printable.ts": [],
  "hub/src/dbus": ["time.ts"],
  "hub/src/desktop": ["dbus", "printable.ts"],
  "hub/src/inbox": ["time.ts"],
  "hub/src/keys-file.ts": ["inbox"],
  "hub/src/store": ["inbox", "keys-file.ts", "time.ts"],
  "hub/src/source": ["store", "time.ts"],
  "hub/src/network": ["dbus", "source", "time.ts"],
  "hub/src/inbox-service": ["inbox", "keys-file.ts", "source", "store", "time.ts"],
  "hub/src/threads": ["inbox-service", "keys-file.ts", "network", "source", "store", "time.ts"],
  "hub/src/line": ["ends.ts", "inbox", "source"],
  "hub/src/http": ["ends.ts", "inbox", "time.ts"],
  "hub/src/hub.ts": ["http", "inbox", "inbox-service", "keys-file.ts", "line", "network", "threads"],
  "hub/src/cli": ["desktop", "http", "hub.ts", "inbox", "keys-file.ts", "printable.ts"],
  "hub/src/page/core": ["inbox", "printable.ts", "time.ts"],
  "hub/src/page/ui": ["inbox", "page/core"],

  "test-support/src": [],
};

function placeOf(path) {
  const places = Object.keys(mayImport).filter((place) => within(path, join("packages", place)));
  return places.toSorted((one, other) => other.length - one.length)[0];
}

test("each folder imports only the folders that it may", () => {
  for (const path of sources) {
    const from = placeOf(path);
    if (path.startsWith("packages"))
      assert.ok(
        from,
        `${path} is in no folder that this test knows: say here and in ARCHITECTURE.md what that may import.`,
      );
    for (const imported of path.startsWith("packages") ? importsOf(path) : []) {
      const to = placeOf(imported);
      if (from === to) continue;
      const allowed = [mayImport[from]].flat().map((place) => join(from.split(sep)[0], "src", place));
      const all = typeof mayImport[from] === "string" && within(imported, join("packages", allowed[0]));
      assert.ok(
        all || allowed.includes(to),
        `${path} imports ${imported}: ${from} may not import ${to}. Turn the import round, or say in this test and in ARCHITECTURE.md that it may.`,
      );
    }
  }
});

test("the library imports no package, and what runs in a browser not the library", () => {
  const withoutLibrary = ["packages/doorbell/src", "packages/hub/src/inbox", "packages/hub/src/page"];
  for (const path of sources.filter((each) => withoutLibrary.some((place) => within(each, join(place)))))
    assert.ok(
      !namesIn(path).some((name) => name.startsWith("@doorbell-js/")),
      `${path} imports the library by its name: import the file that has it, or turn the import round.`,
    );
});

test("the test support imports only Node, and only tests import it", () => {
  for (const path of sources)
    for (const name of namesIn(path)) {
      assert.ok(
        !name.startsWith("@doorbell-js/test-support"),
        `${path} imports ${name}: what users install has no test support. Move what it needs into its own package.`,
      );
      assert.ok(
        !within(path, "packages/test-support") || name.startsWith("node:") || name.startsWith("."),
        `${path} imports ${name}: what needs a package stays in the tests of the package that uses it.`,
      );
    }
});

test("no comment stands between imports, where the formatter carries it along", (t) => {
  const files = trackedFiles();
  if (files === undefined) return t.skip(needsGit);
  for (const path of files.filter((each) => /\.(ts|tsx|mjs)$/.test(each))) {
    const lines = read(path).split("\n");
    const last = lines.findLastIndex((line) => /^import |^\} from /.test(line));
    const first = lines.findIndex((line) => line.startsWith("import "));
    const comment = lines.slice(first, last).find((line) => line.startsWith("/**"));
    assert.equal(comment, undefined, `${path}: move the comment to the file's beginning.`);
  }
});

test("no files import each other in a circle", () => {
  const done = new Set();
  const visit = (path, way) => {
    const at = way.indexOf(path);
    assert.equal(at, -1, `${[...way.slice(at), path].join(" imports ")}: take what both need into one of them.`);
    if (done.has(path)) return;
    for (const imported of importsOf(path)) visit(imported, [...way, path]);
    done.add(path);
  };
  for (const path of sources) visit(path, []);
});

test("a folder has no index.ts, unless a package exports it", () => {
  const fronts = new Set();
  for (const name of ["doorbell", "hub"])
    for (const { types = "" } of Object.values(JSON.parse(read(`packages/${name}/package.json`)).exports))
      fronts.add(join("packages", name, types.replace("dist/", "").replace(".d.ts", ".ts")));
  for (const path of sources.filter((each) => each.endsWith(`${sep}index.ts`)))
    assert.ok(fronts.has(path), `${path}: import what it exports from where it stands, and delete it.`);
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

test("the files and tests that ARCHITECTURE.md names are there", (t) => {
  const files = trackedFiles();
  if (files === undefined) return t.skip(needsGit);
  const named = [...read("ARCHITECTURE.md").matchAll(/`((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.(?:tsx?|mjs|md))`/g)].map(
    (match) => match[1],
  );
  for (const name of named) {
    const ours = name
      .replace(/^(doorbell|hub)\//, "packages/$1/")
      .replace(/^dist\/src\/$|^dist\/bundle\/$/, "packages/");
    // A test may be named by its number alone.
    const end = /\/(fault\/|t\d+$)/.test(ours) ? "[-./]" : "$|[./]";
    const whole = new RegExp(`(?:^|/)${ours.replaceAll(".", "\\.")}(?:${ours.endsWith("/") ? "" : end})`);
    const there = files.some((path) => whole.test(path));
    assert.ok(there, `ARCHITECTURE.md: there is no ${name} any more. Name what does its work now.`);
  }
});

test("every test file is of a tier", (t) => {
  const files = trackedFiles();
  if (files === undefined) return t.skip(needsGit);
  const run = new Set([...testFiles(), ...testFiles(true)]);
  for (const path of files.filter((each) => /\.(test|spec)\./.test(each)))
    assert.ok(run.has(path), `${path} never runs: name it *.test.ts, and put it among the tests of a package.`);
});

/** Folders of tests that are not of one folder of the sources. */
const ofAllSources = new Set(["support", "models", "interop", "twisted"]);

test("the tests of a folder are in the folder of its name", () => {
  for (const path of testFiles().filter((each) => each.startsWith("packages"))) {
    const [, name, , folder, file] = path.split(sep);
    if (file === undefined || ofAllSources.has(folder)) continue;
    assert.ok(
      sources.some((source) => within(source, join("packages", name, "src", folder))),
      `${path}: ${name} has no folder ${folder}. Name the folder of the test as that of the source.`,
    );
  }
});

/** Lists the files that git tracks, or is about to, or nothing where there is no clone. */
function trackedFiles() {
  const all = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { status, stdout } = spawnSync("git", all, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.split("\n") : undefined;
}

function within(path, place) {
  return path === place || path.startsWith(place + sep);
}
