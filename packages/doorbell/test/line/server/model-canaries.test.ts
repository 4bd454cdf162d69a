import { test } from "node:test";
import { runCanary } from "../../support/canary.ts";

/** A small bug, of a kind that is easily made. It can show in several ways, whichever comes first. */
interface Planted {
  readonly why: string;
  readonly file: "session" | "announcer" | "deadlines";
  readonly find: string;
  readonly replace: string;
}

const planted: Readonly<Record<string, Planted>> = {
  "notified-after-stop": {
    why: "stop_notif is answered, and the mode goes on",
    file: "session",
    find: "    this.#covered = undefined;\n    this.#due = undefined;\n    this.#idle = cancel(this.#host.idle, this.#idle);\n    this.#host.announcer.delete(this);\n",
    replace: "    this.#idle = cancel(this.#host.idle, this.#idle);\n",
  },
  "due-forgotten": {
    why: "what rang while the client did not read is not announced once it has",
    file: "session",
    find: "    this.#announceDue();\n",
    replace: "    this.#due = undefined;\n",
  },
  "due-although-fetched": {
    why: "an item that was fetched meanwhile is announced once the client has read",
    file: "session",
    find: "    if (entry.newest <= sequence) this.#due?.delete(entry);\n",
    replace: "",
  },
  "announced-again": {
    why: "a second notif announces what the first one did",
    file: "session",
    find: "!this.#covers(entry) && entry.newest",
    replace: "entry.newest",
  },
  "not-announced-at-once": {
    why: "what became available outside the mode is not announced as it is entered",
    file: "session",
    find: "    for (const entry of fresh) this.#out += entry.line;\n",
    replace: "",
  },
  "narrowed-by-nothing": {
    why: "the names after notif are not looked at",
    file: "session",
    find: 'this.#covered = names.length === 0 ? "all"',
    replace: 'this.#covered = names.length < 9 ? "all"',
  },
  "answers-swapped": {
    why: "a command behind a fetch that takes time is answered first",
    file: "session",
    find: "    this.#held |= Held.Reply;\n",
    replace: "",
  },
  "idle-stays": {
    why: "the idle limit is counted, and the mode goes on",
    file: "session",
    find: "    this.#host.counters.idled += 1;\n    this.stopNotify();\n",
    replace: "    this.#host.counters.idled += 1;\n",
  },
  "never-read": {
    why: "an item is not marked as read when it is fetched",
    file: "session",
    find: "    this.#read[entry.index] = sequence;\n",
    replace: "",
  },
  "writes-without-room": {
    why: "notifications are written although the carrier has no room",
    file: "session",
    find: "    if ((this.#held & Held.Output) !== 0) {\n",
    replace: "    if ((this.#held & 64) !== 0) {\n",
  },
  "stays-paused": {
    why: "the carrier is not asked to go on once all is answered",
    file: "session",
    find: "    this.#paused = false;\n    this.#carrier.resume();\n  }\n\n  #announceDue",
    replace: "  }\n\n  #announceDue",
  },
  "listens-on": {
    why: "a session that is closed stays among the listeners",
    file: "session",
    find: '    this.stopNotify();\n    this.#state = "closed";\n',
    replace: '    this.#state = "closed";\n',
  },
  "deadline-left": {
    why: "a session that is closed leaves its reply's deadline behind",
    file: "session",
    find: "    this.#reply = cancel(this.#host.reply, this.#reply);\n    this.#host.sessionClosed",
    replace: "    this.#host.sessionClosed",
  },
  "late-answer": {
    why: "an answer that comes after its time is given all the same",
    file: "session",
    find: "      if (this.#reply !== pending) return;\n",
    replace: "",
  },
  "calls-back": {
    why: "a board that stops the server from within a post is overtaken by what came behind",
    file: "session",
    find: "    if (this.#reading) return;\n",
    replace: "",
  },
  "deadline-lost": {
    why: "room on the way to the end takes away the deadline of a client that reads nothing more",
    file: "session",
    find: '    if (this.#state !== "open") return;\n    this.#stall = cancel(this.#host.stall, this.#stall);\n    this.#announceDue',
    replace: '    this.#stall = cancel(this.#host.stall, this.#stall);\n    if (this.#state !== "open") return;\n    this.#announceDue',
  },
  "ends-unanswered": {
    why: "a client that has said its end is not answered what it asked before",
    file: "session",
    find: "    this.#lastCommand = true;\n    if (this.#held === 0) this.#readOn();\n",
    replace: "    this.#end(this.#reason);\n",
  },
  "stops-silently": {
    why: "the server stops and does not say so",
    file: "session",
    find: '    if (reason === "stopped") this.answer(error("the server is stopping"));\n',
    replace: "",
  },
  "rang-before": {
    why: "what rang before the mode was entered is announced at once and again at the end of the turn",
    file: "announcer",
    find: "    this.flush();\n    this.#listeners.add(listener);\n",
    replace: "    this.#listeners.add(listener);\n",
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

// A canary inherits these.
process.env.MODEL_RUNS ??= "2000";
process.env.MODEL_SHRINKS = "no";

for (const [name, { why, file, find, replace }] of Object.entries(planted))
  test(`the model test finds it when ${why}`, () =>
    runCanary({ name: `model-${name}`, file: `src/line/server/${file}.ts`, find, replace, test: "test/line/server/model.test.ts", fails }));
