/** Labels, names, limits, retention and queries: at each limit and one past it (T31), and what else is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  checkBellLimits,
  checkInboxName,
  checkLabel,
  checkPageQuery,
  checkRetention,
  defaultRetention,
  hashOfIdempotencyKey,
} from "../../src/inbox/rules.ts";
import { refused } from "../support/refused.ts";

const NOW = 1_000_000;

/** What passes, what is one past it, and what is said then. */
const rows: readonly (readonly [(value: never) => unknown, unknown, unknown, RegExp])[] = [
  [checkLabel, "x", "", /a bell's label is 1 to 64 bytes of UTF-8, this one is 0/],
  [checkLabel, "é".repeat(32), "é".repeat(32) + "x", /1 to 64 bytes of UTF-8, this one is 65/],
  [checkLabel, "a b", "a\nb", /no control characters/],
  [checkLabel, "\u{1f514}", "\ud83d", /half a surrogate pair/],
  [checkInboxName, "a", "", /1 to 63 of a-z, 0-9, _ and -/],
  [checkInboxName, "a-_9".repeat(15) + "abc", "a".repeat(64), /1 to 63/],
  [checkInboxName, "me", "Me", /this one is "Me"/],
  [checkInboxName, "me", 7, /not a number/],
  [hashOfIdempotencyKey, "x", "", /1 to 255 printable characters/],
  [hashOfIdempotencyKey, "~".repeat(255), "~".repeat(256), /1 to 255/],
  [hashOfIdempotencyKey, " ", "\u007f", /printable/],
  [hashOfIdempotencyKey, "a", "é", /ASCII/],
];

for (const [index, [check, good, bad, message]] of rows.entries())
  test(`T31 ${check.name} ${index}: ${JSON.stringify(good)} passes, ${JSON.stringify(bad)} does not`, async () => {
    check(good as never);
    await refused("InvalidArgument", () => check(bad as never), message);
  });

for (const [name, good, bad] of [
  ["perMinute", 1, 0],
  ["perMinute", 1_000_000, 1_000_001],
  ["perMinute", 7, 7.5],
  ["perMinute", 7, "7"],
  ["perMinute", 7, null],
  ["bytesMax", 0, -1],
  ["bytesMax", 4_096, 4_097],
  ["ringsMax", 1, 0],
  ["ringsMax", 1_000_000_000, 1_000_000_001],
  ["ringsMax", null, Infinity],
  ["expiresAt", NOW + 1, NOW],
  ["expiresAt", 8_640_000_000_000_000, 8_640_000_000_000_001],
  ["expiresAt", null, Number.NaN],
  ["expiresAt", null, "tomorrow"],
] as const)
  test(`T31 a bell's ${name}: ${good} passes, ${bad} does not`, async () => {
    assert.deepEqual(checkBellLimits({ [name]: good }, NOW), { [name]: good });
    await refused("InvalidArgument", () => checkBellLimits({ [name]: bad }, NOW), new RegExp(name));
  });

for (const [name, good, bad] of [
  ["itemsMax", 1, 0],
  ["itemsMax", 1_000_000, 1_000_001],
  ["ageMaxMs", 60_000, 59_999],
  ["ageMaxMs", 3_153_600_000_000, 3_153_600_000_001],
  ["ageMaxMs", null, "month"],
  ["bytesMax", 65_536, 65_535],
  ["bytesMax", 64 * 2 ** 30, 64 * 2 ** 30 + 1],
  ["whenFull", "refuse", "drop"],
] as const)
  test(`T31 a retention's ${name}: ${good} passes, ${bad} does not`, async () => {
    assert.deepEqual(checkRetention({ [name]: good }), { ...defaultRetention, [name]: good });
    await refused("InvalidArgument", () => checkRetention({ [name]: bad }), new RegExp(name));
  });

test("what is not given stays as it was", () => {
  const before = { itemsMax: 5, ageMaxMs: null, bytesMax: 70_000, whenFull: "refuse" } as const;
  assert.deepEqual(checkRetention({}, before), before);
  assert.deepEqual(checkRetention({ itemsMax: 6 }, before), { ...before, itemsMax: 6 });
  assert.deepEqual(checkRetention(), {
    itemsMax: 10_000,
    ageMaxMs: 2_592_000_000,
    bytesMax: 67_108_864,
    whenFull: "dropOldest",
  });
});

test("T31 a query: 1 to 100 items, from one side, found by at most 256 bytes", async () => {
  assert.deepEqual(checkPageQuery({}), { limit: 50 });
  assert.deepEqual(checkPageQuery({ after: 0, limit: 100, search: "x".repeat(256) }), {
    after: 0,
    limit: 100,
    search: "x".repeat(256),
  });
  for (const [query, message] of [
    [{ limit: 0 }, /limit is a whole number from 1 to 100, not 0/],
    [{ limit: 101 }, /not 101/],
    [{ after: -1 }, /after/],
    [{ before: 1.5 }, /before/],
    [{ after: 2 ** 53 }, /after/],
    [{ after: "1" }, /after .* not a string/],
    [{ after: 1, before: 2 }, /not both/],
    [{ search: "x".repeat(257) }, /search is at most 256 bytes/],
    [{ search: "\u0000" }, /search has no control characters/],
  ] as const)
    await refused("InvalidArgument", () => checkPageQuery(query as never), message);
});
