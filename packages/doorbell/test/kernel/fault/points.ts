import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A place in the kernel's code at which a thread can be made to die. */
interface Point {
  readonly file: string;
  /** The statement it comes before, as compiled; it occurs once. */
  readonly before: string;
}

const writer = "ring/ring-writer.js";
const reader = "ring/ring-reader.js";
const wake = "ring/wake.js";
const ringLane = "thread/ring-lane.js";
const message = "thread/message.js";

/** Where a thread dies, in the order in which a message passes them. */
export const points: Readonly<Record<string, Point>> = {
  "bytes half placed": { file: writer, before: "this.#bytesTail = (at + length) >>> 0;" },
  "memory posted, no slot": { file: writer, before: "const slot = this.#tail & this.#mask;" },
  "slot half written": { file: writer, before: "numbers[number + 2] = c;" },
  "slot written, not counted": { file: ringLane, before: "this.#outCredits.send(connection.index, 1);" },
  "before publishing": { file: writer, before: "Atomics.store(this.#words, this.#half.control + TAIL, this.#tail);" },
  "before waking": { file: wake, before: "const flag = Atomics.load(this.#words, FLAG);" },
  "flag cleared, not notified": { file: wake, before: "Atomics.notify(this.#words, FLAG);\n        }" },
  "slot half wiped": { file: reader, before: "this.#head = (this.#head + 1) | 0;" },
  "bytes copied, not wiped": { file: reader, before: "wipe(source);" },
  "slots taken, room not given": {
    file: reader,
    before: "Atomics.store(this.#words, this.#half.control + HEAD, this.#head);",
  },
  "room given, nobody woken": { file: reader, before: "const at = this.#half.control + ROOM_WANTED;" },
  "before the place is free": { file: message, before: "this.onPassedOn();\n        lane.answer(" },
  "before the answer": { file: message, before: "lane.answer({" },
};

declare global {
  /** In a thread that is to die: where, and how often it passes there before. */
  var doorbellDies: { at: string; after: number } | undefined;
}

/** The compiled kernel, seen from dist/test/kernel/fault. */
const compiled = join(dirname(fileURLToPath(import.meta.url)), "../../../src/kernel");

/** Makes a copy of the kernel, for the threads that die, in which they can; and returns the URL of its front. */
export function mortalKernel(): string {
  const folder = join(compiled, "../../../build/mortal-kernel");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(compiled, folder, { recursive: true });
  for (const [name, { file, before }] of Object.entries(points)) {
    const path = join(folder, file);
    const source = readFileSync(path, "utf8");
    assert.equal(source.split(before).length, 2, `the point "${name}" is to be found once in ${file}: mend it`);
    const die = `if (globalThis.doorbellDies?.at === ${JSON.stringify(name)} && --globalThis.doorbellDies.after < 0) process.exit(); `;
    writeFileSync(
      path,
      source.replace(before, () => die + before),
    );
  }
  return pathToFileURL(join(folder, "index.js")).href;
}
