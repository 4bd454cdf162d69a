import assert from "node:assert/strict";
import { test } from "node:test";

import { AD_BYTES_MAX, checkAd, flawOfAd } from "../../src/line/codec.ts";

test("the limit is 1,024 bytes", () => {
  assert.equal(AD_BYTES_MAX, 1_024);
});

const good: readonly (readonly [string, string])[] = [
  ["1 byte", "x"],
  ["1,024 bytes", "x".repeat(1_024)],
  ["1,024 bytes in 512 characters", "é".repeat(512)],
  ["1,024 bytes in 256 pairs", "😀".repeat(256)],
  ["a blank", " "],
  ["OK with more", "OK!"],
  ["ok in small letters", "ok"],
  ["a protocol word further on", "the error: none"],
  ["notif without a colon", "notif random"],
  ["a non-breaking space, the first after C1", "\u00a0"],
];
for (const [what, text] of good)
  test(`an ad can be ${what}`, () => {
    assert.equal(flawOfAd(text), undefined);
    checkAd(text);
  });

const bad: readonly (readonly [string, string, RegExp])[] = [
  ["nothing", "", /1 to 1024 bytes, this one is 0/],
  ["1,025 bytes", "x".repeat(1_025), /this one is 1025/],
  ["1,025 bytes in 513 characters", `${"é".repeat(512)}x`, /this one is 1025/],
  ["1,027 bytes in 257 characters", `${"😀".repeat(256)}€`, /this one is 1027/],
  ["OK", "OK", /not "OK"/],
  ["a notification", "notif: random", /does not begin with "notif:"/],
  ["what begins like one", "notif:", /does not begin with "notif:"/],
  ["an error", "error: x", /does not begin/],
  ["what begins like an error", "error:x", /does not begin/],
  ["a high half", "a\ud83d", /half a surrogate pair/],
  ["a low half", "\ude00b", /half a surrogate pair/],
  ["two halves in the wrong order", "\ude00\ud83d", /half a surrogate pair/],
];
for (const [what, text, why] of bad)
  test(`an ad cannot be ${what}`, () => {
    assert.match(flawOfAd(text) ?? "no flaw", why);
    assert.throws(() => checkAd(text), { name: "LineError", code: "InvalidAd", message: why });
  });

test("no control character can be in an ad: C0, DEL and C1, each of them", () => {
  const codes = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, index) => 0x80 + index)];
  for (const code of codes)
    assert.match(
      flawOfAd(`a${String.fromCharCode(code)}b`) ?? "no flaw",
      /control characters/,
      `U+${code.toString(16)}`,
    );
});
