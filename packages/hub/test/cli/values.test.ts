import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidArgumentError } from "commander";

import { count, idle, perMinute, port } from "../../src/cli/options.ts";

for (const { name, read, good, bad } of [
  {
    name: "a port",
    read: port,
    good: ["0", "1", "6789", "65535", "007"],
    bad: ["65536", "-1", "1.5", "", " 1", "1e3", "0x1", "x", "99999999999999999999"],
  },
  { name: "a count", read: count, good: ["1", "100"], bad: ["0", "101", "-1", "1.5", "", "x"] },
  {
    name: "a rate",
    read: perMinute,
    good: ["0", "0.5", "12", "60000", "1e3"],
    bad: ["60001", "-1", "", " ", "x", "NaN", "Infinity"],
  },
]) {
  test(`${name} is the number that is written`, () => {
    for (const text of good) assert.equal(read(text), Number(text));
  });

  test(`${name} out of range, or no number, is refused and the range is named`, () => {
    for (const text of bad)
      assert.throws(
        () => read(text),
        (error) =>
          error instanceof InvalidArgumentError && /^Expected a .*number from \d+ to \d+\.$/.test(error.message),
        text,
      );
  });
}

test("a time of quiet is milliseconds, from a second to 24 days, or never", () => {
  for (const [text, ms] of [
    ["1s", 1_000],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["24d", 2_073_600_000],
    ["576h", 2_073_600_000],
    ["2073600s", 2_073_600_000],
    ["off", Infinity],
  ] as const)
    assert.equal(idle(text), ms);
  for (const text of [
    "30",
    "0",
    "0s",
    "2073601s",
    "577h",
    "25d",
    "1.5m",
    "-1s",
    " 1s",
    "1s ",
    "1w",
    "1S",
    "s",
    "",
    "Off",
  ])
    assert.throws(
      () => idle(text),
      (error) =>
        error instanceof InvalidArgumentError && /^Expected a time with its unit, .*; or off/.test(error.message),
      text,
    );
});
