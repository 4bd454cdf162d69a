/** Every fault test is shown to fail: each is run on a copy of the package with the fault planted that it looks for. */
import { runCanaries } from "../../support/canaries.ts";

const ring = "test/kernel/ring/ring.test.ts";
const ends = "test/kernel/ends.test.ts";
const contract = "test/kernel/contract/contract.test.ts";
const within = "test/kernel/fault/deaths-within.test.ts";
const wakeUp = "test/kernel/fault/wake-up.test.ts";
const thread = (file: string): string => `src/kernel/thread/${file}`;

runCanaries({
  "T03's canary: a receiver that believes any counter is caught": {
    name: "t03-believes-counters",
    file: "src/kernel/ring/ring-reader.ts",
    find: "return available > this.#slots ? -1 : available;",
    replace: "return available;",
    test: ring,
    only: "rule 3",
    fails: /-1/,
  },
  "T03's canary: a sender that frees the room it has not been given is caught": {
    name: "t03-frees-room-early",
    file: "src/kernel/ring/ring-writer.ts",
    find: "return used <= this.#bytes.length ? at : -1;",
    replace: "return used <= this.#bytes.length * 2 ? at : -1;",
    test: ring,
    only: "bytes in line come out",
    fails: /Expected values to be strictly deep-equal|falsy/,
  },
  "T27's canary: bytes that are left behind are caught": {
    name: "t27-leaves-bytes",
    file: "src/kernel/ring/ring-reader.ts",
    find: "source.fill(0);",
    replace: "",
    test: ring,
    only: "bytes in line come out",
    fails: /falsy/,
  },
  "T03's canary: a thread that does not look again before it parks is caught": {
    name: "t03-parks-blindly",
    file: thread("sleeper.ts"),
    find: "if (!this.#work.pending()) {",
    replace: "{",
    test: wakeUp,
    only: "blocking calls, blocking server",
    fails: /a wake-up was lost/,
    patience: 1,
  },
  "T03's canary: few places that nobody is told of are caught": {
    name: "t03-few-places",
    file: thread("ring-lane.ts"),
    find: "else if (this.#freed === 1) this.#host.freed();",
    replace: "",
    test: "test/kernel/model/woken-for-room.test.ts",
    only: "told of few places",
    fails: /the send for which one place was made/,
  },
  "K9's canary: a receiver that takes no heed of tickets is caught": {
    name: "k9-no-tickets",
    file: thread("lanes.ts"),
    find: "if (next !== undefined && age >= first) continue;",
    replace: "if (next !== undefined) continue;",
    test: "test/kernel/order.test.ts",
    fails: /a message was overtaken/,
  },
  "T32's canary: threads that look again all the time are caught": {
    name: "t32-polls",
    file: thread("sleeper.ts"),
    find: "const lookAgainMs = 4_000;",
    replace: "const lookAgainMs = 1;",
    test: "test/kernel/fault/t32-idle.test.ts",
    fails: /a parked server takes/,
  },
  "T25's canary: a server that leaves the check of opcodes to its clients is caught": {
    name: "t25-trusts-clients",
    file: thread("dispatch.ts"),
    find: "if (opcodes !== undefined && !opcodes.has(id)) {",
    replace: "if (opcodes !== undefined && id < 0) {",
    test: "test/kernel/fault/t25-confinement.test.ts",
    fails: /something came through that must not/,
  },
  "T25's canary: an answer that is taken from anybody is caught": {
    name: "t25-answers-from-anybody",
    file: thread("calls.ts"),
    find: "return call?.key === key ? call : undefined;",
    replace: "return call;",
    test: "test/kernel/fault/t25-confinement.test.ts",
    fails: /a forged answer was taken/,
  },
  "T06's canary: a call that is left waiting for the dead is caught": {
    name: "t06-leaves-calls",
    file: thread("calls.ts"),
    find: "if (call?.holder === lane.peer) this.lost(call);",
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
  "T24's canary: ids that are looked up by their words are caught": {
    name: "t24-words-as-keys",
    file: "src/kernel/broker/sid-keys.ts",
    find: "return createHmac(",
    replace: 'if (words.length > 0) return words.join(",");\n    return createHmac(',
    test: "test/kernel/fault/t24-first-guess.test.ts",
    fails: /the time tells a word that is right/,
  },
  "K13's canary: an answer that can be given twice is caught": {
    name: "k13-answers-twice",
    file: thread("message.ts"),
    find: "this.#owed = false;",
    replace: "",
    test: contract,
    only: "K13 an answer is",
    fails: /ERR_ASSERTION/,
  },
  "K3's canary: a number that is used again is caught": {
    name: "k3-reuses-numbers",
    file: thread("control.ts"),
    find: "this.#slotGenerations[slot] = (this.#slotGenerations[slot] ?? 0) + 1;",
    replace: "",
    test: "test/kernel/identity.test.ts",
    only: "K3",
    fails: /Expected "actual" to be strictly unequal|Missing expected rejection/,
  },
});
