import assert from "node:assert/strict";
import { test } from "node:test";

import { CHART_HOURS, chartOf } from "../../src/page/core/bells-view.ts";
import { qrCode } from "../../src/page/core/text.ts";

test("every drawn module is within the code, and the margin is free", () => {
  const { size, path } = qrCode("http://[::1]:6788/b/x");
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    assert.ok(Number(x) >= 4 && Number(x) + Number(width) <= size - 4);
    assert.ok(Number(y) >= 4 && Number(y) < size - 4);
  }
  assert.equal(path.replaceAll(/M\d+ \d+h\d+v1h-\d+z/g, ""), "");
});

const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 28, 5, 20);
const place = { locale: "en-GB", timeZone: "UTC" };

test("a chart has a bar for each hour, the present one last", () => {
  const { bars, total } = chartOf(
    [
      { hour: now - (now % HOUR), rings: 2 },
      { hour: now - (now % HOUR) - 3 * HOUR, rings: 8 },
    ],
    now,
    place,
  );
  assert.equal(bars.length, CHART_HOURS);
  assert.equal(total, 10);
  assert.deepEqual(
    bars.filter(({ rings }) => rings > 0).map(({ index, rings, height }) => [index, rings, height]),
    [
      [CHART_HOURS - 4, 8, 1],
      [CHART_HOURS - 1, 2, 0.25],
    ],
  );
});

test("a chart says in words what it shows", () => {
  const text = (...rings: readonly (readonly [hoursAgo: number, rings: number])[]): string =>
    chartOf(
      rings.map(([ago, rings]) => ({ hour: now - (now % HOUR) - ago * HOUR, rings })),
      now,
      place,
    ).text;
  assert.equal(text(), "No rings in the last 48 hours");
  assert.equal(text([0, 1]), "1 ring in the last 48 hours");
  assert.equal(text([1, 8], [7, 4]), "12 rings in the last 48 hours; at most 8 an hour, from 04:00");
  assert.equal(text([CHART_HOURS, 5]), "No rings in the last 48 hours", "what is older is not shown");
});
