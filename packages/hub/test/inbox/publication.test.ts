import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { checkPublication, hashOfPublication } from "../../src/inbox/rules.ts";
import { itemLine, type Publication } from "../../src/inbox/types.ts";
import { refused } from "../support/refused.ts";

test("what is left out is the default, and \\r\\n is one line end", () => {
  assert.deepEqual(checkPublication({ text: "a\r\nb\tc" }), { text: "a\nb\tc", priority: 3, tags: [] });
  assert.deepEqual(checkPublication({ text: "", title: "", click: "" }), { text: "", priority: 3, tags: [] });
  const full: Publication = { text: "t", title: "T", priority: 5, tags: ["x"], click: "mailto:a@example.org" };
  assert.deepEqual(checkPublication(full), full);
});

/** Two bytes a character. */
const wide = (bytes: number): string => "é".repeat(Math.floor(bytes / 2)) + "x".repeat(bytes % 2);

/** At each limit, and one past it (T31). */
for (const { what, at, past, code } of [
  { what: "text", at: { text: wide(4_096) }, past: { text: wide(4_097) }, code: "TooLarge" },
  { what: "title", at: { text: "", title: wide(250) }, past: { text: "", title: wide(251) }, code: "TooLarge" },
  {
    what: "tag",
    at: { text: "", tags: [wide(64), "x"] },
    past: { text: "", tags: ["x", wide(65)] },
    code: "TooLarge",
  },
  { what: "tag", at: { text: "", tags: ["x"] }, past: { text: "", tags: [""] }, code: "TooLarge" },
  {
    what: "tags",
    at: { text: "", tags: Array<string>(8).fill("x") },
    past: { text: "", tags: Array<string>(9).fill("x") },
    code: "TooLarge",
  },
  {
    what: "click",
    at: { text: "", click: `https://a/${"x".repeat(2_038)}` },
    past: { text: "", click: `https://a/${"x".repeat(2_039)}` },
    code: "TooLarge",
  },
  { what: "priority", at: { text: "", priority: 1 }, past: { text: "", priority: 0 }, code: "InvalidItem" },
  { what: "priority", at: { text: "", priority: 5 }, past: { text: "", priority: 6 }, code: "InvalidItem" },
] as const)
  test(`T31 ${what}: ${JSON.stringify(at).slice(0, 40)} passes, one past it is ${code}`, async () => {
    checkPublication(at);
    await refused(code, () => checkPublication(past as unknown as Publication), new RegExp(what));
  });

for (const [given, message] of [
  [{ text: "a\u0007b" }, /text has no control characters but line ends and tabs: remove U\+0007 at 1/],
  [{ text: "\r" }, /remove U\+000D at 0/],
  [{ text: "\u009b31m" }, /remove U\+009B at 0/],
  [{ text: "\u007f" }, /U\+007F/],
  [{ text: "\ud800" }, /text is well-formed text: this one has half a surrogate pair/],
  [{ text: 5 }, /text is a text, not a number/],
  [{}, /text is a text, not nothing/],
  [{ text: "", title: "a\nb" }, /title has no control characters: remove U\+000A at 1/],
  [{ text: "", title: {} }, /title is a text, not an object/],
  [{ text: "", tags: "x" }, /tags are a list of texts, not a string/],
  [{ text: "", tags: ["a", 7] }, /tag 2 is a text, not a number/],
  [{ text: "", tags: ["\t"] }, /tag 1 has no control characters/],
  [{ text: "", priority: "5" }, /priority is 1, 2, 3, 4 or 5, not a string/],
  [{ text: "", priority: 2.5 }, /priority is 1, 2, 3, 4 or 5, not 2.5/],
  [{ text: "", click: "javascript:alert(1)" }, /click is an address of http, https or mailto/],
  [{ text: "", click: "data:text/html,x" }, /click is an address of/],
  [{ text: "", click: "/relative" }, /click is a whole address/],
  [{ text: "", click: "https://a b/" }, /click is an address without blanks/],
  [{ text: "", click: "java\nscript:alert(1)" }, /click has no control characters/],
] as const)
  test(`refused: ${JSON.stringify(given)}`, async () => {
    await refused("InvalidItem", () => checkPublication(given as unknown as Publication), message);
  });

test("bidi controls are kept: where they are shown they are spelled out", () => {
  assert.equal(checkPublication({ text: "a\u202eb" }).text, "a\u202eb");
});

/** Publications of all kinds, the longest among them. */
const publications = fc.record(
  {
    text: fc.string({ unit: "grapheme", maxLength: 300 }).map(harmless),
    title: fc.string({ unit: "grapheme", maxLength: 20 }).map(harmless),
    priority: fc.constantFrom(1, 2, 3, 4, 5),
    tags: fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }).map(harmless), { maxLength: 8 }),
    click: fc.constantFrom("", "https://example.org/", "mailto:a@b"),
  },
  { requiredKeys: ["text"] },
) as fc.Arbitrary<Publication>;

function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, "x") || "x";
}

test("what passes once passes again unchanged, and its hash tells it from another", () => {
  fc.assert(
    fc.property(publications, publications, (one, other) => {
      const checked = checkPublication(one);
      assert.deepEqual(checkPublication(checked), checked);
      const alike = JSON.stringify(checked) === JSON.stringify(checkPublication(other));
      const hash = Buffer.from(hashOfPublication(checked));
      assert.equal(hash.equals(hashOfPublication(checkPublication(other))), alike);
    }),
    runs(300),
  );
});

test("the longest item is a line of the line protocol, and any is one line that JSON reads back", () => {
  // Each of these takes two bytes of JSON for one.
  const most = checkPublication({
    text: '"'.repeat(2_048) + "\n".repeat(2_048),
    title: "\\".repeat(250),
    priority: 5,
    tags: Array<string>(8).fill('"'.repeat(64)),
    click: `https://a/${"x".repeat(2_038)}`,
  });
  const line = itemLine({
    sequence: Number.MAX_SAFE_INTEGER,
    id: "x".repeat(64),
    at: 8_640_000_000_000_000,
    bell: { id: Number.MAX_SAFE_INTEGER, label: '"'.repeat(64) },
    ...most,
  });
  assert.ok(Buffer.byteLength(line) <= 16_384, String(line.length));
  assert.ok(!line.includes("\n"));
  assert.equal((JSON.parse(line) as { text: string }).text, most.text);
});

test("an item's JSON has its keys in one order, and leaves out what there is not", () => {
  const item = { sequence: 7, id: "i", at: 0, bell: { id: 3, label: "b" }, text: "t", priority: 3, tags: [] } as const;
  assert.equal(
    itemLine(item),
    '{"sequence":7,"id":"i","at":"1970-01-01T00:00:00.000Z","bell":{"id":3,"label":"b"},"text":"t","priority":3}',
  );
  assert.equal(
    itemLine({ ...item, click: "https://a/", tags: ["x"], title: "T" }),
    '{"sequence":7,"id":"i","at":"1970-01-01T00:00:00.000Z","bell":{"id":3,"label":"b"},"title":"T","text":"t","priority":3,"tags":["x"],"click":"https://a/"}',
  );
});
