import assert from "node:assert/strict";
import { test } from "node:test";

import { matches } from "../../src/page/core/inbox-view.ts";
import { actionOf, SHORTCUTS } from "../../src/page/core/keys.ts";
import { hashOf, routeOf } from "../../src/page/core/model.ts";
import { clickOf, curlLine, NOTICES_MAX, noticesOf, shownLine, shownText, spoken } from "../../src/page/core/text.ts";
import { item } from "../support/items.ts";

test("only links of http, https and mailto can be opened, and they tell where they lead", () => {
  assert.deepEqual(clickOf("https://ci.example.org:8443/builds?x=1"), {
    href: "https://ci.example.org:8443/builds?x=1",
    place: "ci.example.org:8443",
  });
  assert.equal(clickOf("http://user:pw@evil.example/bank.example")?.place, "evil.example");
  assert.equal(
    clickOf("https://bücher.example/")?.place,
    "xn--bcher-kva.example",
    "letters that look alike are not shown",
  );
  assert.equal(clickOf("mailto:a%20b@example.org?subject=x")?.place, "a b@example.org");
  assert.equal(clickOf("mailto:%ff@example.org")?.place, "%ff@example.org");
  for (const text of [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "blob:x",
    "/bells",
    "",
    "http://",
  ])
    assert.equal(clickOf(text), undefined, text);
  assert.equal(clickOf(undefined), undefined);
});

test("what hides or turns text is spelled out; lines and tabs stay", () => {
  assert.equal(shownLine("a\u202eb\u0007c\nd"), "a\\u202eb\\x07c\\x0ad");
  assert.equal(shownText("a\u202e\n\tb\u200f\r"), "a\\u202e\n\tb\\u200f\\x0d");
  assert.equal(shownText("<b>שלום</b> 👩‍👩‍👧"), "<b>שלום</b> 👩‍👩‍👧");
});

test("a few items are notices of their own", () => {
  const [first, second] = noticesOf([item(1, { title: "Disk \u202efull", text: "a\nb" }), item(2)], "me");
  assert.deepEqual(first, { title: "Disk \\u202efull", body: "backup\na\nb", tag: "doorbell me 1" });
  assert.deepEqual(second, { title: "backup", body: "text 2", tag: "doorbell me 2" });
  assert.equal(
    noticesOf(
      [1, 2, 3].map((n) => item(n)),
      "me",
    ).length,
    NOTICES_MAX,
  );
});

test("more are one notice, that says how many and by which bells", () => {
  const many = [1, 2, 3, 4].map((n) => item(n, { bell: { id: n % 2, label: n % 2 === 0 ? "ci" : "backup" } }));
  assert.deepEqual(noticesOf(many, "me"), [
    { title: "4 new items in me", body: "From backup, ci", tag: "doorbell me" },
  ]);
  const bells = [1, 2, 3, 4].map((n) => item(n, { bell: { id: n, label: `bell ${n}` } }));
  assert.equal(noticesOf(bells, "me")[0]?.body, "From 4 bells");
});

test("what is spoken is short", () => {
  assert.equal(spoken([item(1, { title: "Disk full", text: "long" })]), "New from backup: Disk full");
  assert.equal(spoken([item(1, { text: "first\nsecond" })]), "New from backup: first");
  assert.equal(spoken([item(1, { text: "" })]), "New from backup");
  assert.equal(spoken([item(1), item(2)]), "2 new items");
});

test("a search finds what the hub finds: title, text, tags and label, in either case", () => {
  const one = item(1, { title: "Disk", text: "Full", tags: ["NAS"] });
  for (const text of ["dISK", "full", "nas", "BACK", ""]) assert.equal(matches(one, text), true, text);
  assert.equal(matches(one, "diskfull"), false);
});

test("where one is stands in the address, and leads there again", () => {
  for (const route of [
    { kind: "items", inbox: "me" },
    { kind: "bells", inbox: "my_inbox-2" },
    { kind: "source", source: "random" },
  ] as const)
    assert.deepEqual(routeOf(hashOf(route)), route);
  for (const hash of ["", "#", "#items", "#items/", "#items/a/b", "#other/me", "#items/%3Cb%3E", "items/me"])
    assert.equal(routeOf(hash), undefined, hash);
});

test("the curl line rings the bell in whatever shell it is pasted to", () => {
  assert.equal(curlLine("http://127.0.0.1:6788/b/aB-_3"), 'curl -d "Hello" http://127.0.0.1:6788/b/aB-_3');
  assert.equal(curlLine("http://[::1]:6788/b/x'y"), `curl -d "Hello" 'http://[::1]:6788/b/x'\\''y'`);
});

test("keys do something unless somebody types, or means the browser", () => {
  const key = { key: "j", ctrlKey: false, metaKey: false, altKey: false };
  assert.equal(actionOf(key, false), "next");
  assert.equal(actionOf(key, true), undefined);
  for (const held of ["ctrlKey", "metaKey", "altKey"])
    assert.equal(actionOf({ ...key, [held]: true }, false), undefined);
  assert.equal(actionOf({ ...key, key: "x" }, false), undefined);
  assert.equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
});
