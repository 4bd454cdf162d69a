import { test } from "node:test";

import { runCanary } from "../../../support/canary.ts";

/** A small bug, of a kind that is easily made. It can show in several ways, whichever comes first. */
interface Planted {
  readonly why: string;
  readonly file:
    | "session"
    | "reading"
    | "asking"
    | "announcer"
    | "deadlines"
    | "outbox"
    | "keys"
    | "inboxes"
    | "commands";
  readonly find: string;
  readonly replace: string;
}

const planted: Readonly<Record<string, Planted>> = {
  "notified-after-stop": {
    why: "stop_notif is answered, and the mode goes on",
    file: "session",
    find: '    this.#reading.uncover();\n    this.#timers.cancel("idle");\n    this.#host.announcer.delete(this);\n',
    replace: '    this.#timers.cancel("idle");\n',
  },
  "due-forgotten": {
    why: "what rang while the client did not read is not announced once it has",
    file: "session",
    find: "    this.#outbox.announce(this.#reading.takeDue());\n",
    replace: "    this.#reading.takeDue();\n",
  },
  "due-although-fetched": {
    why: "an item that was fetched meanwhile is announced once the client has read",
    file: "reading",
    find: "    if (entry.newest <= sequence) this.#due?.delete(entry);\n",
    replace: "",
  },
  "announced-again": {
    why: "a second notif announces what the first one did",
    file: "reading",
    find: "!isCovered(before, entry) && ",
    replace: "",
  },
  "not-announced-at-once": {
    why: "what became available outside the mode is not announced as it is entered",
    file: "session",
    find: "    this.#outbox.announce(fresh);\n",
    replace: "",
  },
  "narrowed-by-nothing": {
    why: "the names after notif are not looked at",
    file: "reading",
    find: "this.#covered = names.length === 0 ?",
    replace: "this.#covered = names.length >= 0 ?",
  },
  "answers-swapped": {
    why: "a command behind a fetch that takes time is answered first",
    file: "asking",
    find: '    this.#awaited = given;\n    this.#timers.start("reply");\n',
    replace: '    this.#timers.start("reply");\n',
  },
  "idle-stays": {
    why: "the idle limit is counted, and the mode goes on",
    file: "session",
    find: "        this.#host.counters.idled += 1;\n        return this.stopNotify();\n",
    replace: "        this.#host.counters.idled += 1;\n        return;\n",
  },
  "never-read": {
    why: "an item is not marked as read when it is fetched",
    file: "reading",
    find: "    this.#read[entry.index] = sequence;\n    if (entry.newest",
    replace: "    if (entry.newest",
  },
  "writes-without-room": {
    why: "notifications are written although the carrier has no room",
    file: "outbox",
    find: "    if (this.full) return void (",
    replace: "    if (this.full && rings.length === 0) return void (",
  },
  "stays-paused": {
    why: "the carrier is not asked to go on once all is answered",
    file: "session",
    find: "    this.#paused = false;\n    this.#carrier.resume();\n",
    replace: "",
  },
  "listens-on": {
    why: "a session that is closed stays among the listeners",
    file: "session",
    find: '    this.#state = "closed";\n    this.stopNotify();\n',
    replace: '    this.#state = "closed";\n',
  },
  "deadline-left": {
    why: "a session that is closed leaves its reply's deadline behind",
    file: "session",
    find: "    this.#timers.cancelAll();\n",
    replace: "",
  },
  "late-answer": {
    why: "an answer that comes after its time is given all the same",
    file: "asking",
    find: "(value) => (this.#awaited === given ? ",
    replace: "(value) => (this.#awaited !== value ? ",
  },
  "calls-back": {
    why: "a board that stops the server from within a post is overtaken by what came behind",
    file: "session",
    find: "    if (this.#isAnswering) return;\n",
    replace: "",
  },
  "deadline-lost": {
    why: "room on the way to the end takes away the deadline of a client that reads nothing more",
    file: "session",
    find: '    if (this.#state !== "open") return;\n    this.#timers.cancel("stall");\n',
    replace: '    this.#timers.cancel("stall");\n    if (this.#state !== "open") return;\n',
  },
  "ends-unanswered": {
    why: "a client that has said its end is not answered what it asked before",
    file: "session",
    find: "    this.#inputEnded = true;\n    this.goOn();\n",
    replace: "    this.end(this.#reason);\n",
  },
  "stops-silently": {
    why: "the server stops and does not say so",
    file: "commands",
    find: '  stopped: error("the server is stopping"),\n',
    replace: "",
  },
  "rang-before": {
    why: "what rang before the mode was entered is announced at once and again at the end of the turn",
    file: "announcer",
    find: "    this.flush();\n    this.#listeners.add(listener);\n",
    replace: "    this.#listeners.add(listener);\n",
  },
  "inbox-listens-on": {
    why: "a session hears of an inbox that another took the place of",
    file: "keys",
    find: "    held.announcer.delete(this.#holder);\n",
    replace: "",
  },
  "inbox-kept": {
    why: "an inbox is not let go of when another takes its place",
    file: "keys",
    find: "    this[Symbol.dispose]();\n    this.#held = held;\n",
    replace: "    this.#held = held;\n",
  },
  "inbox-not-announced": {
    why: "a key said in the mode leaves unannounced what the inbox has",
    file: "keys",
    find: "    if (entry.newest > this.#reading.upTo(entry)) this.#holder.announce([entry]);\n",
    replace: "",
  },
  "inbox-late": {
    why: "an inbox that is opened too late is not disposed of",
    file: "asking",
    find: "      (late) => late?.[Symbol.dispose](),\n",
    replace: "      () => {},\n",
  },
  "inbox-elsewhere": {
    why: "a number to read on after is not looked at",
    file: "keys",
    find: "after ?? Math.max(",
    replace: "Math.max(",
  },
  "key-tried-for-ever": {
    why: "wrong keys are not counted",
    file: "keys",
    find: "    this.#wrong += 1;\n",
    replace: "",
  },
  "key-outlived": {
    why: "a session goes on when its key has ended",
    file: "keys",
    find: "    this[Symbol.dispose]();\n    this.#holder.keyEnded();\n",
    replace: "    this[Symbol.dispose]();\n",
  },
  "rings-merged": {
    why: "two items of one turn are one notification, to a client that keeps up",
    file: "announcer",
    find: "    this.#rings.push({ entry, sequence });\n",
    replace: "    if (!this.#rings.some((ring) => ring.entry === entry)) this.#rings.push({ entry, sequence });\n",
  },
  "others-late": {
    why: "a deadline that starts as another falls due makes the rest of the list late",
    file: "deadlines",
    find: "      const fired = this.#timer;\n",
    replace: "      const fired = (this.#timer = undefined);\n",
  },
};

/** What fast-check prints when an assertion of the model failed, and nothing else. */
const fails = /Got AssertionError \[ERR_ASSERTION\]/;

// A canary inherits it.
process.env.MODEL_RUNS ??= "2000";

for (const [name, { why, file, find, replace }] of Object.entries(planted))
  test(`the model test finds it when ${why}`, () =>
    runCanary({
      name: `model-${name}`,
      file: `src/line/server/core/${file}.ts`,
      find,
      replace,
      test: "test/line/server/core/model.test.ts",
      fails,
    }));
