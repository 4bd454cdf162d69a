/** The canaries of T20, and of a call that is given up: see canaries.test.ts. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const conversation = "src/line/client/link.ts";

const t20 = "test/line/fault/t20-stop-notif-race.sized.test.ts";

const dispatch = '    if (reply.kind === "notification") return this.#events.notified(reply.source);\n';

runCanaries(import.meta.dirname, {
  "T20's canary, naive: a client that takes the crossing notification for the OK is caught": {
    name: "t20-naive",
    file: conversation,
    find: dispatch,
    replace:
      '    if (reply.kind === "notification") {\n      const waits = this.#asked;\n      if (waits?.expects !== "ok") return this.#events.notified(reply.source);\n' +
      "      this.#asked = undefined;\n      return waits.answered(line);\n    }\n",
    test: t20,
    fails: /out of step|lost or invented/,
  },
  "T20's canary, edge: a client that drops the crossing notification is caught": {
    name: "t20-edge",
    file: conversation,
    find: dispatch,
    replace:
      '    if (reply.kind === "notification") return this.#asked?.expects === "ok" ? this.#events.ignored() : this.#events.notified(reply.source);\n',
    test: t20,
    fails: /lost or invented/,
  },
  "T20's canary, flag: a client whose mode is a flag, and not a command in the queue, is caught": {
    name: "t20-flag",
    file: "src/line/client/client.ts",
    find: "    const { source } = notification;\n",
    replace: "    const { source } = notification;\n    if (!this.#mode.isWanted) return;\n",
    test: t20,
    fails: /lost or invented/,
  },
  "the model's canary: a call that is given up, and whose late answer goes to the next, is caught": {
    name: "model-late-answer",
    file: "src/line/client/link.ts",
    find: "    const at = this.#queue.indexOf(pending);\n",
    replace:
      "    if (pending === this.#sent) {\n      this.#sent = undefined;\n      this.#sendNext();\n    }\n    const at = this.#queue.indexOf(pending);\n",
    test: "test/line/client/model.test.ts",
    fails: /answer to |OutOfStep|nothing else was ignored/,
  },
});
