/** The canaries of T31 (a late answer) and T36 (graceful stop): see canaries.test.ts. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const session = "src/line/server/session.ts";
const asking = "src/line/server/asking.ts";

const t31 = "test/line/fault/t31-limits.test.ts";
const t36 = "test/line/fault/t36-graceful-stop.test.ts";

runCanaries(import.meta.dirname, {
  "T31's canary: a late answer that becomes the next command's is caught": {
    name: "t31-late",
    file: asking,
    find: "(value) => (this.#awaited === given ? ",
    replace: "(value) => (this.#awaited !== value ? ",
    test: t31,
    only: "limits: fetchMs",
    fails: /the late answer is nobody's|'too late'/,
  },
  "T36's canary: a post that is acknowledged before it is on the board is caught": {
    name: "t36-early",
    file: asking,
    find: "      () => this.#host.post?.(text),",
    replace: "      () => void this.#host.post?.(text),",
    test: t36,
    only: "over tcp: every acknowledged",
    fails: /posts that were acknowledged before they were on the board/,
    patience: 1,
  },
  "T36's canary: a stop that overtakes the command that asked for it is caught": {
    name: "t36-overtakes",
    file: session,
    find: "    if (this.#isAnswering) return;\n",
    replace: "",
    test: t36,
    only: "closed by a post",
    fails: /deep-equal/,
  },
});
