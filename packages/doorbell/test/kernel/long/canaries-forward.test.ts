/** The canaries of passing calls on (K20, T05, T06): see canaries.test.ts. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const news = "test/kernel/forward/news.test.ts";
const passing = "test/kernel/fault/t25-passing.test.ts";
const lost = /a call that was passed on is lost/;

runCanaries(import.meta.dirname, {
  "T06's canary: a caller that is told before its message has gone is caught": {
    name: "t06-told-first",
    file: "src/kernel/thread/sending.ts",
    find: "    // If who called has ended, nobody waits:",
    replace:
      "    if (caller !== undefined && lane.peer !== this.#context.thread)\n      caller.lane['pass']({ call: caller.call, key: caller.key, depth: passed.depth, holder: lane.peer });\n    // If who called has ended, nobody waits:",
    test: "test/kernel/fault/forward-deaths-within.test.ts",
    only: "who passes it on dies",
    fails: /hangs, or fails otherwise/,
  },
  "K20's canary: a word for which there is no room, and that is not told, is caught": {
    name: "k20-word-not-told",
    file: "src/kernel/thread/dispatch.ts",
    find: 'this.#context.powers.post({ type: "passed", peer: lane.peer, ...pass });',
    replace: 'if (pass.depth < 0) this.#context.powers.post({ type: "passed", peer: lane.peer, ...pass });',
    test: news,
    fails: /the word that a call was passed on is lost/,
  },
  "T06's canary: a lane that ends under the message that arrives by it is caught": {
    name: "t06-ends-under-it",
    file: "src/kernel/thread/control.ts",
    find: "else this.#postponed.push(message);",
    replace: "else this.handle(message);",
    test: news,
    fails: lost,
  },
  "T05's canary: an accusation by a thread that is being terminated is caught": {
    name: "t05-accuses-dying",
    file: "src/kernel/thread/dispatch.ts",
    find: "if (this.#context.powers.isEnding()) return;",
    replace: "",
    test: news,
    only: "memory that cannot be read",
    fails: /1 !== 0/,
  },
  "T06's canary: a call that waits for one that has ended is caught": {
    name: "t06-holder-has-ended",
    file: "src/kernel/thread/dispatch.ts",
    find: "if (this.#wayTo(holder)?.local !== false) calls.lost(call);",
    replace: "if (this.#wayTo(holder)?.local === true) calls.lost(call);",
    test: passing,
    fails: /tries to say that it was passed on, to one that has ended/,
  },
});
