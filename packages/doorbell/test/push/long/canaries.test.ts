/** Faults that no mutation tool can express (races, ids that leak), planted in a copy of the package: each must be found. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const of = (name: string): string => `test/push/${name}.test.ts`;

runCanaries(import.meta.dirname, {
  "P2's canary: main's own id, given away, is caught": {
    name: "p2-reveals-main",
    file: "src/push/subscriber.ts",
    find: "sid: bell.sid.words(), opcode: bell.opcode, behind",
    replace: "sid: main.sid.words(), opcode: bell.opcode, behind",
    test: of("reveals"),
    fails: /the request holds one id/,
  },
  "P2's canary: main's opcode, told to a notifier, is caught": {
    name: "p2-tells-opcode",
    file: "src/push/subscriber.ts",
    find: "sid: bell.sid.words(), opcode: bell.opcode, behind",
    replace: "sid: bell.sid.words(), opcode, behind",
    test: of("reveals"),
    only: "P2 shared",
    fails: /main's opcode was told/,
  },
  "P6's canary: rings that are told apart by their opcode alone are caught": {
    name: "p6-no-mark",
    file: "src/push/subscriber.ts",
    find: 'return ("words" in message ? message.words[1] : message.valid) === this.#mark;',
    replace: "return true;",
    test: of("handle"),
    only: "P3 two subscriptions",
    fails: /taken for its own/,
  },
  "P6's canary: a bell that waits for room at main for ever is caught": {
    name: "p6-deadlock",
    file: "src/push/bell.ts",
    find: "    this.#narrowed.revoke();\n    // It may have ended",
    replace: "    // It may have ended",
    test: of("handle"),
    only: "P6 it cannot deadlock",
    fails: /did not come: the end of a subscription/,
  },
  "P9's canary: an event that falls between the answer and the first ring is caught": {
    name: "p9-loses-first",
    file: "src/push/notifier.ts",
    find: "if (connection === undefined || !this.#begun || this.#catchingUp !== undefined) {",
    replace: "if (connection === undefined || !this.#begun) return true;\n    if (this.#catchingUp !== undefined) {",
    test: of("sequence.sized"),
    only: "P9 between",
    fails: /of subscription/,
  },
  "T06's canary: a subscriber's death that nobody is told of is caught": {
    name: "t06-not-pruned",
    file: "src/push/notifier.ts",
    find: "    this.#catchingUp = undefined;\n  }",
    replace: "    if (!this.#ended) this.#catchingUp = undefined;\n    else await new Promise(() => {});\n  }",
    test: of("fault/t06-bell-dies.sized"),
    only: "a notifier that waits for a subscriber whose main dies",
    fails: /did not come: the notifier's return/,
  },
});
