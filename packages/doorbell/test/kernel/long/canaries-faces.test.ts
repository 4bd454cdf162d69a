/** The canary of who is woken when calls are passed on: see canaries.test.ts. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const quiet = "test/kernel/forward/quiet.test.ts";

runCanaries(import.meta.dirname, {
  "K20's canary: a caller that sleeps through the end of its server is caught": {
    name: "k20-sleeps-on",
    file: "src/kernel/thread/control.ts",
    find: "for (const other of this.#context.lanes.all) other.wakeQuiet();",
    replace: "",
    test: quiet,
    fails: /did not come: the end of the caller/,
    patience: 1,
  },
});
