/** Faults that no mutation tool can express, planted in a copy of the package: each must be found. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const session = "src/line/server/session.ts";

const t10 = "test/line/fault/t10-malformed.test.ts";

runCanaries(import.meta.dirname, {
  "T10's canary: a close that eats the last line is caught": {
    name: "t10-eats-last-line",
    file: session,
    find: "    this.#carrier.end();",
    replace: "    this.#carrier.destroy();",
    test: t10,
    only: "over tcp: whoever",
    fails: /did not come: the server's last word|the connection was reset/,
  },
  "T10's canary: a close over bytes that were not read is caught": {
    name: "t10-unread-bytes",
    file: session,
    find: "    // and the client might lose the line that says why.\n    this.#listen();",
    replace: "    // and the client might lose the line that says why.\n    this.#carrier.pause();",
    test: t10,
    only: "over tcp: whoever",
    fails: /did not come: that the server takes what is sent|the connection was reset/,
  },
});
