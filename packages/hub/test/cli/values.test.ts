import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidArgumentError } from "commander";

import { count, perMinute, port } from "../../src/cli/values.ts";

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
