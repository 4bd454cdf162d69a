import assert from "node:assert/strict";
import { test } from "node:test";

import { contentOf, escapeMarkup, shownLine, shownLines } from "../../src/desktop/popup.ts";
import { unsafe } from "../support/assert.ts";
import { hostileItems } from "../support/hostile-hub.ts";

test("a line is shown whole up to its limit, and cut one past it", () => {
  assert.equal(shownLine("x".repeat(100), 100), "x".repeat(100));
  assert.equal(shownLine("x".repeat(101), 100), `${"x".repeat(99)}…`);
  assert.equal(shownLine("\u{1f514}".repeat(100), 100), "\u{1f514}".repeat(100));
  assert.equal(shownLine("\u{1f514}".repeat(101), 100), `${"\u{1f514}".repeat(99)}…`);
});

test("half a character is none", () => {
  assert.equal(shownLine("a\ud83db\udd14", 10), "a\ufffdb\ufffd");
  assert.equal(shownLine("\ud83d".repeat(10), 4), "\ufffd\ufffd\ufffd…");
});

test("lines are shown up to their limits, together", () => {
  assert.equal(shownLines("a\nb", 10, 2), "a\nb");
  assert.equal(shownLines("a\nb\nc", 10, 2), "a\nb\n…");
  assert.equal(shownLines("abc\ndef\nghi", 6, 9), "abc\ndef\n…");
  assert.equal(shownLines("abcdefg\nh", 6, 9), "abcde…\n…");
});

test("markup is escaped where it would be read, and nowhere else", () => {
  assert.equal(escapeMarkup('<b>&amp;"'), '&lt;b&gt;&amp;amp;"');
  const popup = { group: "g", summary: "<b>&", body: "<i>&" };
  const body = (...names: readonly string[]): string => contentOf(popup, new Set(names)).body;
  assert.equal(body("body", "body-markup"), "&lt;i&gt;&amp;");
  assert.equal(body("body"), "<i>&");
  assert.equal(body("body-markup"), "");
  assert.equal(contentOf(popup, new Set(["body-markup"])).summary, "<b>&", "a title is never markup");
});

test("actions are for daemons that have them", () => {
  const popup = { group: "g", summary: "s", actions: [{ key: "a", label: "\u202eA\n" }] };
  assert.deepEqual(contentOf(popup, new Set(["actions"])).actions, ["a", "\\u202eA\\x0a"]);
  assert.deepEqual(contentOf(popup, new Set()).actions, []);
});

test("T29: no text holds what acts on a display, hides or reorders", () => {
  for (const item of hostileItems)
    for (const names of [["body", "body-markup", "actions"], ["body"]]) {
      const actions = [{ key: "a", label: item }];
      const content = contentOf({ group: "g", summary: item, body: item, actions }, new Set(names));
      for (const text of [content.summary, content.body, ...content.actions]) {
        assert.doesNotMatch(text, unsafe);
        assert.ok(Array.from(text).length <= 5 * 400, "it is bounded");
      }
      if (names.includes("body-markup")) assert.doesNotMatch(content.body, /<|>|&(?!(amp|lt|gt);)/);
    }
});
