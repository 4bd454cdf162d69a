import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A place in the kernel's code at which a thread can be made to die. */
interface Point {
  readonly file: string;
  /** The statement it comes before, as compiled; it occurs once. */
  readonly before: string;
}

const writer = "ring/ring.js";
const reader = "ring/ring.js";
const wake = "ring/wake.js";
const ringLane = "thread/ring-lane.js";
const message = "thread/messages.js";

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

const forwarding = "thread/sending.js";
const introductions = "thread/control.js";
const dispatch = "thread/dispatch.js";
const laneAnswers = "thread/ring-lane.js";

/** Where a thread dies while a call is passed on, by its part in that; in the order in which a call passes them. */
export const passingPoints: Readonly<Record<"link" | "last" | "caller", Readonly<Record<string, Point>>>> = {
  link: {
    "way not asked for": { file: introductions, before: "const { reply } = this.#context.control.ask(" },
    "way asked for, not answered": { file: introductions, before: "reply.onEnd = () => {" },
    "way laid, message not sent": { file: forwarding, before: "const failure = this.#sending.attempt(" },
    "message sent, caller not told": { file: forwarding, before: "message.gone();" },
    "place free, caller not told": { file: forwarding, before: "caller.lane.pass({" },
    "word not published": {
      file: laneAnswers,
      before: "this.#out.publish();\n        // Who called sleeps until its answer comes",
    },
    "word published, caller not woken": { file: laneAnswers, before: "if (this.#out.refresh() > this.#quietRoom)" },
  },
  last: {
    "message taken, way not looked up": { file: dispatch, before: "const way = this.#wayTo(callerThread);" },
    "way known, message not queued": {
      file: dispatch,
      before: "return this.deliver(incoming, kind, id, call, key, words, buffer, { depth, caller: {",
    },
    "answer to be given": {
      file: message,
      before: "this.assertOwed();\n        const { lane, call, key } = this.caller;",
    },
  },
  caller: {
    "word heard, holder not noted": { file: dispatch, before: "call.holder = holder;" },
    "word heard, way not looked up": { file: dispatch, before: "if (this.#wayTo(holder)?.local !== false)" },
    "answer taken, call not closed": {
      file: dispatch,
      before: "calls.close(call);\n        const { a, b, c, d, e } = slot;",
    },
  },
};

/** There is no room for the word in the caller's ring, and the kernel is not told of it yet. */
export const noRoomPoint = "no room for the word, kernel not told";

declare global {
  /** In a thread that is to die: where, how often it passes there before, and what it does last. */
  var doorbellDies: { at: string; after: number; dying?: () => void } | undefined;
}

/** The compiled kernel, seen from dist/test/kernel/fault. */
const compiled = join(dirname(fileURLToPath(import.meta.url)), "../../../src/kernel");

/** Makes a copy of the kernel, for the threads of this process that die, in which they can; and returns the URL of its front. */
export function mortalKernel(): string {
  const build = join(compiled, "../../../build");
  mkdirSync(build, { recursive: true });
  const folder = mkdtempSync(join(build, "mortal-kernel-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  cpSync(compiled, folder, { recursive: true });
  const all: Readonly<Record<string, Point>> = {
    ...points,
    ...passingPoints.link,
    ...passingPoints.last,
    ...passingPoints.caller,
    [noRoomPoint]: { file: dispatch, before: 'this.#context.powers.post({ type: "passed"' },
  };
  // One by one, from the longest text: none is to stand in the middle of another.
  const longestFirst = Object.entries(all).sort(([, one], [, other]) => other.before.length - one.before.length);
  for (const [name, { file, before }] of longestFirst) {
    const path = join(folder, file);
    const source = readFileSync(path, "utf8");
    assert.equal(source.split(before).length, 2, `the point "${name}" is to be found once in ${file}: mend it`);
    const die = `if (globalThis.doorbellDies?.at === ${JSON.stringify(name)} && --globalThis.doorbellDies.after < 0) { globalThis.doorbellDies.dying?.(); process.exit(); } `;
    writeFileSync(
      path,
      source.replace(before, () => die + before),
    );
  }
  return pathToFileURL(join(folder, "index.js")).href;
}
