/** Faults planted in the HTTP door, each of which a test must find. */
import { runCanaries } from "@doorbell-js/test-support/canary";

const fault = "test/http/fault";

runCanaries(import.meta.dirname, {
  "a reader that goes live before it has what was there is caught": {
    name: "http-live-early",
    file: "src/http/feed.ts",
    find: "this.#cursor >= feed.sent",
    replace: "true",
    test: "test/http/events.test.ts",
    only: "more items than a page has",
    fails: /in \d+ ms this did not come: all/,
  },
  "an error that tells the key is caught": {
    name: "http-tells-key",
    file: "src/http/access.ts",
    find: "`that key does not open this",
    replace: "`${credential} does not open this",
    test: `${fault}/t23-secrets.test.ts`,
    only: "no error, metric",
    fails: /ERR_ASSERTION/,
  },
  "an answer that tells keys of one kind apart is caught": {
    name: "http-oracle",
    file: "src/http/errors.ts",
    find: "return new HttpError(statuses[cause.code], cause.code, cause.message, cause.retryAfterMs);",
    replace:
      "return new HttpError(statuses[cause.code], cause.code, cause.message + (Math.random() < 0.5 ? '' : '.'), cause.retryAfterMs);",
    test: `${fault}/t24-guessing.sized.test.ts`,
    fails: /not one answer for each kind/,
  },
});
