import assert from "node:assert/strict";
import { test } from "node:test";

import * as line from "@doorbell-js/doorbell/line";

/** What others build upon: to take one away, or to change its name, breaks them. Types are not seen here. */
const surface = [
  "AD_BYTES_MAX",
  "Client",
  "DEFAULT_PORT",
  "HigherLevelClient",
  "LINE_BYTES_MAX",
  "LineError",
  "LineServer",
  "LineSplitter",
  "MemorySource",
  "checkAd",
  "connect",
  "defaultLimits",
  "flawOfAd",
  "formatCommand",
  "formatReply",
  "isPlain",
  "isProtocolLine",
  "isSourceName",
  "parseCommand",
  "parseReply",
  "systemClock",
];

test("@doorbell-js/doorbell/line has exactly these exports", () => {
  assert.deepEqual(Object.keys(line).toSorted(), surface);
});
