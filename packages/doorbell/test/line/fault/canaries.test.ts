/** Every fault test is shown to fail: each is run on a copy of the package with the fault planted that it looks for. */
import { test } from "node:test";
import { type Canary, runCanary } from "../../support/canary.ts";

const session = "src/line/server/session.ts";

/** By fault test: what is broken, in words, and how. */
const canaries: Readonly<Record<string, Canary>> = {
  "T08's canary: a session that ignores back-pressure is caught": {
    name: "t08-ignores-back-pressure",
    file: session,
    find: "if (this.#carrier.write(bytes)) return;",
    replace: "if (this.#carrier.write(bytes) || this.#host !== undefined) return;",
    test: "test/line/fault/t08-frozen-reader.test.ts",
    only: "over unix: bounded",
    fails: /did not come: 1,498 notifications that became one/,
  },
  "T08's canary: a session that forgets what rang while it waited is caught": {
    name: "t08-forgets-rings",
    file: session,
    find: "        this.#due.add(ring.entry);",
    replace: "        counters.coalesced += this.#due.has(ring.entry) ? 0 : 1;",
    test: "test/line/fault/t08-frozen-reader.test.ts",
    only: "over unix: bounded",
    fails: /did not come: 1502 lines|one notification each/,
  },
  "T08's canary: a frozen reader that is kept for ever is caught": {
    name: "t08-never-stalls",
    file: session,
    find: "    this.#stall ??= this.#host.stall.start(this);\n  }\n\n  /** The last line",
    replace: "  }\n\n  /** The last line",
    test: "test/line/fault/t08-frozen-reader.test.ts",
    only: "over unix: cut off",
    fails: /did not come: the end of a frozen reader/,
  },
};

for (const [name, canary] of Object.entries(canaries)) test(name, () => runCanary(canary));
