/** The tests of public faces, and of who is woken when calls are passed on, are shown to fail, each on a copy of the package with the fault planted that it looks for. */
import { runCanaries } from "../../support/canaries.ts";

const faces = "test/kernel/service/face.test.ts";
const quiet = "test/kernel/forward/quiet.test.ts";
const laneAnswers = "src/kernel/thread/lane-answers.ts";
const face = "src/kernel/service/face.ts";

runCanaries({
  "K20's canary: a face that does not wait its turn is caught": {
    name: "k20-face-overtakes",
    file: face,
    find: "else if (row.to !== here) await pass(",
    replace: "else if (row.to !== here) void pass(",
    test: faces,
    only: "in order",
    fails: /Expected values to be strictly deep-equal/,
    patience: 1,
  },
  "K29's canary: a face that looks at opcodes and not at kinds is caught": {
    name: "k29-face-any-kind",
    file: face,
    find: "if (row?.kind !== message.kind)",
    replace: "if (row === undefined)",
    test: faces,
    only: "all else is closed",
    fails: /AccessDenied|Missing expected rejection|The validation function/,
    patience: 1,
  },
  "K29's canary: a server that does not count what it refuses is caught": {
    name: "k29-face-counts-nothing",
    file: "src/kernel/thread/server.ts",
    find: 'if (code === "AccessDenied") this.#core.denied += 1;',
    replace: "",
    test: faces,
    only: "all else is closed",
    fails: /0 !== \d+/,
    patience: 1,
  },
  "K20's canary: waking who has nothing to do is caught": {
    name: "k20-wakes-callers",
    file: laneAnswers,
    find: "if (this.#out.refresh() > this.#quietRoom) this.#quiet = true;\n    else this",
    replace: "this",
    test: quiet,
    fails: /threads were woken that had nothing to do/,
    patience: 1,
  },
  "K20's canary: a caller that sleeps through the end of its server is caught": {
    name: "k20-sleeps-on",
    file: "src/kernel/thread/control.ts",
    find: "for (const other of this.#station.lanes.all) other.wakeQuiet();",
    replace: "",
    test: quiet,
    fails: /did not come: the end of the caller/,
    patience: 1,
  },
});
