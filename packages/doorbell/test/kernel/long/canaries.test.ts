/** Faults that no mutation tool can express (lost wake-ups, races, bytes left behind), planted in a copy of the package: each must be found. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const ring = "test/kernel/ring/ring.test.ts";
const ends = "test/kernel/ends.test.ts";
const recycle = "test/kernel/fault/t27-recycle.test.ts";
const within = "test/kernel/fault/deaths-within.sized.test.ts";
const wakeUp = "test/kernel/fault/wake-up.sized.test.ts";

runCanaries(import.meta.dirname, {
  "T03's canary: a sender that frees the room it has not been given is caught": {
    name: "t03-frees-room-early",
    file: "src/kernel/ring/ring.ts",
    find: "return used <= this.#bytes.length ? at : -1;",
    replace: "return used <= this.#bytes.length * 2 ? at : -1;",
    test: ring,
    only: "bytes in line come out",
    fails: /Expected values to be strictly deep-equal|falsy/,
  },
  "T27's canary: bytes that are left behind are caught": {
    name: "t27-leaves-bytes",
    file: "src/kernel/ring/ring.ts",
    find: "wipe(source);",
    replace: "",
    test: ring,
    only: "bytes in line come out",
    fails: /falsy/,
  },
  "T27's canary: memory that one server leaves to another is caught": {
    name: "t27-shares-spare",
    file: "src/kernel/thread/queue.ts",
    find: "readonly #byLength = new Map<number, ArrayBuffer[]>();",
    replace: "static readonly #all = new Map<number, ArrayBuffer[]>();\n  readonly #byLength = Spare.#all;",
    test: recycle,
    fails: /memory of one server came to another/,
  },
  "T03's canary: a thread that does not look again before it parks is caught": {
    name: "t03-parks-blindly",
    file: "src/kernel/thread/sleeper.ts",
    find: "this.#wake.fallAsleep(Asleep.parked);\n        if (done()) return true;\n        if (!this.#work.pending()) {",
    // It is slow to say that it sleeps, too: what comes in a few nanoseconds comes too seldom for a test.
    replace:
      "for (const slow = this.#powers.now() + 0.05; this.#powers.now() < slow; );\n        this.#wake.fallAsleep(Asleep.parked);\n        if (done()) return true;\n        {",
    test: wakeUp,
    only: "blocking calls, blocking server",
    fails: /a wake-up was lost/,
  },
  "T03's canary: few places that nobody is told of are caught": {
    name: "t03-few-places",
    file: "src/kernel/thread/ring-lane.ts",
    find: "else if (isFirst) this.#host.freed();",
    replace: "",
    test: "test/kernel/model/woken-for-room.test.ts",
    only: "told of few places",
    fails: /the send for which one place was made/,
  },
  "T03's canary: answers that wait for room, and ask for none, are caught": {
    name: "t03-answers-ask-for-none",
    file: "src/kernel/thread/dispatch.ts",
    find: "    // A thread that listens already has to ask for room, too.\n    this.#context.sleeper.soon();",
    replace: "",
    test: "test/kernel/model/woken-for-room.test.ts",
    only: "answers for which there is no room",
    fails: /the last answer/,
  },
  "K9's canary: a receiver that takes no heed of tickets is caught": {
    name: "k9-no-tickets",
    file: "src/kernel/thread/lanes.ts",
    find: "if (next !== undefined && age >= first) continue;",
    replace: "if (next !== undefined) continue;",
    test: "test/kernel/order.sized.test.ts",
    fails: /a message was overtaken/,
  },
  "T06's canary: a call that is left waiting for the dead is caught": {
    name: "t06-leaves-calls",
    file: "src/kernel/thread/completion.ts",
    find: "if (call?.holder === thread) this.lost(call);",
    replace: "if (call?.holder === -1) this.lost(call);",
    test: ends,
    only: "terminate",
    fails: /validation function/,
    patience: 1,
  },
  "T06's canary: a thread that is left asleep by a waker that died is caught": {
    name: "t06-leaves-asleep",
    file: "src/kernel/ring/wake.ts",
    find: "Atomics.compareExchange(this.#words, FLAG, Asleep.parked, Asleep.no);\n    Atomics.notify(this.#words, FLAG);",
    replace:
      "if (Atomics.compareExchange(this.#words, FLAG, Asleep.parked, Asleep.no) === Asleep.parked) Atomics.notify(this.#words, FLAG);",
    test: within,
    only: "a server dies",
    fails: /waited .* for the dead/,
  },
  "T26's canary: a thread that gives up all its lanes for one that was broken is caught": {
    name: "t26-gives-up-all",
    file: "src/kernel/thread/dispatch.ts",
    find: "this.#context.control.laneEnded(lane);",
    replace: "for (const each of this.#context.lanes.all) this.#context.control.laneEnded(each);",
    test: "test/kernel/fault/hostile.sized.test.ts",
    fails: /the honest client is not served any more|an honest call failed/,
  },
});
