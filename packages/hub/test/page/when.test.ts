import assert from "node:assert/strict";
import { test } from "node:test";

import { dayOf, exactly, fromNow, timeOf } from "../../src/page/core/text.ts";

const paris = { locale: "en-GB", timeZone: "Europe/Paris" };
const now = Date.UTC(2026, 10, 28, 22, 30);

test("times are told as where the reader is", () => {
  assert.equal(timeOf(Date.UTC(2026, 10, 28, 4, 7), paris), "05:07");
  assert.equal(
    timeOf(Date.UTC(2026, 10, 28, 4, 7), { locale: "en-US", timeZone: "UTC" }).replace(/\s/, " "),
    "4:07 AM",
  );
  assert.match(exactly(now, paris), /Saturday,? 28 November 2026.*23:30:00/);
});

test("days are those of the reader", () => {
  assert.equal(dayOf(now, now, paris), "Today");
  assert.equal(dayOf(Date.UTC(2026, 10, 27, 23, 30), now, paris), "Today", "half past midnight, there");
  assert.equal(dayOf(Date.UTC(2026, 10, 27, 22, 30), now, paris), "Yesterday");
  assert.equal(dayOf(Date.UTC(2026, 10, 25, 12), now, paris).replace(",", ""), "Wednesday 25 November");
  assert.equal(dayOf(Date.UTC(2025, 10, 25, 12), now, paris).replace(",", ""), "Tuesday 25 November 2025");
});

test("how long ago, or until", () => {
  const at = (ms: number): string => fromNow(now + ms, now, { locale: "en" });
  assert.equal(at(-59_999), "just now");
  assert.equal(at(-60_000), "1 minute ago");
  assert.equal(at(-3_599_999), "59 minutes ago");
  assert.equal(at(-3_600_000), "1 hour ago");
  assert.equal(at(-86_400_000), "yesterday");
  assert.equal(at(59_999), "in less than a minute");
  assert.equal(at(3 * 86_400_000), "in 3 days");
});
