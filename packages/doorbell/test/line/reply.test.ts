import assert from "node:assert/strict";
import { test } from "node:test";

import { parseReply } from "../../src/line/codec.ts";

test("a notification names its source", () => {
  assert.deepEqual(parseReply("notif: random"), { kind: "notification", source: "random" });
});

for (const line of [
  "notif:",
  "notif: ",
  "notif:random",
  "notif:  random",
  "notif: random ",
  "notif: Random",
  "notif: random classified",
])
  test(`${JSON.stringify(line)} begins like a notification and is none`, () => {
    assert.deepEqual(parseReply(line), { kind: "malformed" });
  });
