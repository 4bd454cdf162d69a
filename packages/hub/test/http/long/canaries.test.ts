/** Faults planted in the HTTP door, each of which a test must find. */
import { runCanaries } from "../../support/canary.ts";

const fault = "http/fault";

runCanaries({
  "a reader that goes live before it has what was there is caught": {
    name: "http-live-early",
    file: "http/feed.js",
    find: "this.#cursor >= feed.sent",
    replace: "true",
    test: "http/events.test.js",
    only: "more items than a page has",
    fails: /in \d+ ms this did not come: all/,
  },
  "an error that tells the key is caught": {
    name: "http-tells-key",
    file: "http/access.js",
    find: "`that key does not open this",
    replace: "`${credential} does not open this",
    test: `${fault}/t23-secrets.test.js`,
    only: "no error, metric",
    fails: /ERR_ASSERTION/,
  },
  "an answer that tells keys of one kind apart is caught": {
    name: "http-oracle",
    file: "http/errors.js",
    find: "return new HttpError(statuses[cause.code], cause.code, cause.message, cause.retryAfterMs);",
    replace:
      "return new HttpError(statuses[cause.code], cause.code, cause.message + (Math.random() < 0.5 ? '' : '.'), cause.retryAfterMs);",
    test: `${fault}/t24-guessing.sized.test.js`,
    fails: /not one answer for each kind/,
  },
});
