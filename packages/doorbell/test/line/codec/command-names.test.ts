import assert from "node:assert/strict";
import { test } from "node:test";

import { parseCommand } from "../../../src/line/codec/index.ts";

test("a notif has 256 names at most", () => {
  const line = (names: number): string => `notif${" a".repeat(names)}`;
  assert.equal(parseCommand(line(256))?.verb, "notif");
  assert.equal(parseCommand(line(257)), undefined);
});
