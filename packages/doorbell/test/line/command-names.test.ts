import assert from "node:assert/strict";
import { test } from "node:test";

import { formatCommand, parseCommand } from "../../src/line/codec.ts";

test("a notif has 256 names at most", () => {
  const line = (names: number): string => `notif${" a".repeat(names)}`;
  assert.equal(parseCommand(line(256))?.verb, "notif");
  assert.equal(parseCommand(line(257)), undefined);
});

test("a command of more names than may be is not formatted", () => {
  const names = (count: number) => Array.from({ length: count }, () => "a");
  assert.equal(formatCommand({ verb: "notif", sources: names(256) }).length, "notif".length + 256 * 2);
  assert.throws(() => formatCommand({ verb: "notif", sources: names(257) }), { code: "InvalidArgument" });
});
