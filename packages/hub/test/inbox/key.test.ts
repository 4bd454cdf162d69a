import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { format, inspect } from "node:util";

import { Key, type KeyKind } from "../../src/inbox/key.ts";

const kinds: readonly KeyKind[] = ["read", "manage", "owner", "session", "bell"];

for (const kind of kinds)
  test(`a ${kind} key is 24 random bytes behind its prefix, and parses as what it is`, () => {
    let asked = 0;
    const key = Key.make(kind, (length) => {
      asked += length;
      return randomBytes(length);
    });
    assert.equal(asked, 24);
    assert.match(key.text(), kind === "bell" ? /^[\w-]{32}$/ : new RegExp(`^${kind}_[\\w-]{32}$`));
    const parsed = Key.parse(key.text());
    assert.equal(parsed?.kind, kind);
    assert.equal(parsed?.text(), key.text());
    assert.deepEqual(Buffer.from(key.hash()), createHash("sha256").update(key.text()).digest());
  });

test("ten thousand keys are distinct", () => {
  const made = new Set(Array.from({ length: 10_000 }, () => Key.make("read", randomBytes).text()));
  assert.equal(made.size, 10_000);
});

test("what is no key is none", () => {
  const good = Key.make("read", randomBytes).text();
  for (const text of [
    "",
    good.slice(0, -1),
    `${good}x`,
    ` ${good}`,
    `${good}\n`,
    good.toUpperCase(),
    good.replace("read_", "write_"),
    `${good.slice(0, -1)}+`,
    undefined,
    null,
    7,
    {},
    [good],
  ])
    assert.equal(Key.parse(text), undefined, inspect(text));
});

test("T23 a key prints redacted, however deep it stands in what is printed", () => {
  for (const kind of kinds) {
    const key = Key.make(kind, randomBytes);
    const secret = key.text().slice(-32);
    const held = { deep: [{ key }], map: new Map([["key", key]]) };
    const shown = [
      String(key),
      JSON.stringify(held),
      inspect(held, { depth: 20, showHidden: true }),
      format("%s %o %j", key, key, key),
      new Error(`of ${String(key)}`).message,
    ].join("\n");
    assert.ok(!shown.includes(secret), "its text is shown");
    for (const encoding of ["hex", "base64", "base64url"] as const)
      assert.ok(!shown.includes(Buffer.from(key.hash()).toString(encoding)), "its hash is shown");
    assert.match(shown, /Key\(redacted\)/);
  }
});
