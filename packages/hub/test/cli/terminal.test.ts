import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { colors } from "../../src/cli/output.ts";
import { printable, printableJson } from "../../src/printable.ts";
import { unsafe } from "../support/assert.ts";

for (const { what, text, shown } of [
  { what: "plain text", text: "Nice appart in the 11e.", shown: "Nice appart in the 11e." },
  { what: "an escape sequence", text: "\u001b[31mred", shown: "\\x1b[31mred" },
  { what: "the 8-bit CSI and OSC", text: "\u009b2J\u009d0;x\u0007", shown: "\\x9b2J\\x9d0;x\\x07" },
  { what: "line ends and tabs", text: "a\r\nb\tc", shown: "a\\x0d\\x0ab\\x09c" },
  { what: "the line ends of Unicode", text: "a\u0085b\u2028c\u2029d", shown: "a\\x85b\\u2028c\\u2029d" },
  {
    what: "bidirectional overrides, isolates and marks",
    text: "\u202eab\u202c\u2066c\u2069\u200f\u061c",
    shown: "\\u202eab\\u202c\\u2066c\\u2069\\u200f\\u061c",
  },
  {
    what: "what is invisible",
    text: "a\u200bb\u2060c\ufeffd\u00ade\u180ef",
    shown: "a\\u200bb\\u2060c\\ufeffd\\xade\\u180ef",
  },
  { what: "text in tag characters", text: "a\u{e0041}\u{e007f}", shown: "a\\u{e0041}\\u{e007f}" },
  { what: "DEL and NUL", text: "\u007f\u0000", shown: "\\x7f\\x00" },
  { what: "joiners", text: "👨‍👩‍👧 می‌خواهم", shown: "👨‍👩‍👧 می‌خواهم" },
  { what: "letters of all kinds", text: "naïve 日本語 עברית 🎉 c\u0327", shown: "naïve 日本語 עברית 🎉 c\u0327" },
])
  test(`${what}: shown as ${shown}`, () => {
    assert.equal(printable(text), shown);
  });

test("whatever is shown holds nothing that a terminal acts on", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(printable(text), unsafe);
      assert.equal(printable(printable(text)), printable(text));
    }),
    runs(300),
  );
});

test("JSON that is shown holds nothing either, and is the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      assert.doesNotMatch(printableJson(value), unsafe);
      assert.deepEqual(JSON.parse(printableJson(value)), JSON.parse(JSON.stringify(value)));
    }),
    runs(300),
  );
});

test("colours are for terminals, and not for those who said NO_COLOR", () => {
  const before = process.env["NO_COLOR"];
  const red = (isTTY: boolean): string => colors({ isTTY } as NodeJS.WriteStream).red("x");
  try {
    delete process.env["NO_COLOR"];
    assert.equal(red(true), "\u001b[31mx\u001b[39m");
    assert.equal(red(false), "x");
    process.env["NO_COLOR"] = "1";
    assert.equal(red(true), "x");
  } finally {
    if (before === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = before;
  }
});
