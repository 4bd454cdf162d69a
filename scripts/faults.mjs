/**
 * Plants faults in the sources, one at a time, and tells whether the tests of their folder catch them: a condition turned round, a
 * call left out, a bound off by one. `scripts/faults.json` keeps the list, with the test that caught each.
 *
 *     node scripts/faults.mjs draw [COUNT]   draws a new list, of lines that a seed chooses over all folders; SEED=… draws one again
 *     node scripts/faults.mjs [NUMBER ...]   runs those of the list, or all
 *
 * Works in a clone of the last commit, in build/faults.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { root } from "./ready.mjs";
import { seeded } from "./seeded.mjs";

const listFile = join(root, "scripts/faults.json");
const clone = join(root, "build/faults");

/** Each finds its places in a line, and says how the line reads with the fault. */
const kinds = {
  "a condition turned round": (line) => {
    const found = /^(\s*(?:\} else )?(?:if|while) )\((.+)\)( \{| [^()]+;| \S.*;)$/.exec(line);
    return found && isBalanced(found[2]) ? `${found[1]}(!(${found[2]}))${found[3]}` : undefined;
  },
  "a call left out": (line) => {
    const found = /^(\s*)(?:await |void )?(?:this|[a-z#]\w*)(?:[.?]+#?\w+)*\([^=]*\);$/.exec(line);
    return found && isBalanced(line) && !line.includes("super(") ? `${found[1]};` : undefined;
  },
  "a bound off by one": (line) => {
    if (/^\s*(\*|\/\*|\/\/|import|export type|type )/.test(line)) return undefined;
    const swapped = { " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ", " + 1": " + 2", " - 1": " - 2" };
    const found = Object.keys(swapped).find((bound) => line.includes(bound));
    return found && line.replace(found, swapped[found]);
  },
};

const [first, ...rest] = process.argv.slice(2);
if (first === "draw") draw(Number(rest[0] ?? 20));
else run([first, ...rest].filter((each) => each !== undefined).map(Number));

/** Draws one line in each of as many folders, in an order that the seed gives, and again from the first when all had one. */
function draw(count) {
  const { seed, random } = seeded();
  prepare();
  const folders = new Map();
  for (const place of ["packages/doorbell/src", "packages/hub/src"])
    for (const name of readdirSync(join(clone, place), { recursive: true }))
      if (/\.tsx?$/.test(name)) {
        const file = join(place, name);
        folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
      }
  const order = shuffled([...folders.keys()].sort(), random);
  const faults = [];
  for (let turn = 0; faults.length < count; turn += 1) {
    const files = folders.get(order[turn % order.length]).toSorted();
    const lines = files.flatMap((file) =>
      readFileSync(join(clone, file), "utf8")
        .split("\n")
        .map((line) => ({ file, line })),
    );
    // One that does not compile is no fault that tests have to find.
    const drawn = shuffled(lines, random)
      .flatMap(({ file, line }) =>
        shuffled(Object.keys(kinds), random).map((kind) => ({ file, kind, line, fault: kinds[kind](line) })),
      )
      .filter(({ file, line, fault }) => fault !== undefined && timesIn(file, line) === 1)
      .slice(0, 8)
      .find((each) => plant(each));
    if (drawn !== undefined) faults.push(drawn);
  }
  writeFileSync(listFile, `${JSON.stringify({ seed, faults }, undefined, 2)}\n`);
  process.stdout.write(`Drew ${faults.length} faults (SEED=${seed})\n`);
}

function run(numbers) {
  const list = JSON.parse(readFileSync(listFile, "utf8"));
  prepare();
  for (const [at, each] of list.faults.entries()) {
    if (numbers.length > 0 && !numbers.includes(at + 1)) continue;
    process.stdout.write(`${at + 1}. ${each.file}, ${each.kind}: ${each.line.trim()} → ${each.fault.trim()}\n`);
    if (!plant(each)) throw new Error(`${each.file} has no such line any more, or does not compile with the fault`);
    each.caughtBy = caughtBy(each.file);
    process.stdout.write(`   ${each.caughtBy ?? "lives"}\n`);
    writeFileSync(listFile, `${JSON.stringify(list, undefined, 2)}\n`);
  }
  const lives = list.faults.filter(({ caughtBy }) => caughtBy === null).length;
  process.stdout.write(
    `${list.faults.length - lives} of ${list.faults.length} are caught by the tests of their folder\n`,
  );
}

function prepare() {
  rmSync(clone, { recursive: true, force: true });
  mkdirSync(dirname(clone), { recursive: true });
  spawn("git", ["clone", "--quiet", "--shared", root, clone], root);
  if (existsSync(join(root, "peers/node_modules"))) spawn("npm", ["ci", "--prefix", "peers"], clone);
  if (!builds()) throw new Error("the last commit does not compile");
}

/** Plants a fault in a clone that is whole otherwise. Returns whether it compiles. */
function plant({ file, line, fault }) {
  if (timesIn(file, line) !== 1) return false;
  spawn("git", ["checkout", "--quiet", "."], clone);
  const path = join(clone, file);
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(`\n${line}\n`, () => `\n${fault}\n`),
  );
  return builds();
}

function timesIn(file, line) {
  spawn("git", ["checkout", "--quiet", file], clone);
  return readFileSync(join(clone, file), "utf8").split(`\n${line}\n`).length - 1;
}

function builds() {
  return spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: clone, stdio: "ignore" }).status === 0;
}

/** Runs the tests of a file's folder, then of the folders above it, then those with peers. Returns the test file that failed, or null. */
function caughtBy(file) {
  const [, place, inside] = /^(packages\/[^/]+)\/src\/(.*)\.tsx?$/.exec(file);
  const words = [];
  for (let folder = dirname(inside); folder !== "."; folder = dirname(folder)) words.push(`${place}/test/${folder}/`);
  if (words.length === 0) words.push(`${place}/test/${inside}`);
  if (place === "packages/hub") words.push("peers/test");
  for (const word of words) {
    const args = ["scripts/test.mjs", "--bail", word];
    const { stdout } = spawnSync(process.execPath, args, { cwd: clone, encoding: "utf8", maxBuffer: 2 ** 28 });
    const failed = /^✖ \[.*?\] (\S+):/m.exec(stdout)?.[1];
    if (failed !== undefined) return failed;
  }
  return null;
}

function spawn(command, args, cwd) {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

function isBalanced(text) {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")" && (depth -= 1) < 0) return false;
  }
  return depth === 0;
}

function shuffled(list, random) {
  const left = [...list];
  return Array.from(list, () => left.splice(random(left.length), 1)[0]);
}
