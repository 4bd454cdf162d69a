import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { newKeys } from "../src/inbox-service/server.ts";
import { type Keys, keysToJson, readKeys, writeKeys } from "../src/keys-file.ts";

const made = (): Keys => newKeys(randomBytes);

test("what is written is read, for its owner alone whatever the umask", () => {
  using folder = newFolder();
  assert.equal(readKeys(folder.path), undefined);
  const before = process.umask(0);
  const keys = made();
  try {
    writeKeys(folder.path, keys);
    writeKeys(folder.path, keys);
  } finally {
    process.umask(before);
  }
  assert.equal(statSync(folder.file("keys.json")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder.path), ["keys.json"], "a half of it is left");
  const read = readKeys(folder.path);
  assert.ok(read !== undefined);
  assert.deepEqual(keysToJson(read), keysToJson(keys));
  assert.match(keysToJson(read).owner, /^owner_/);
  assert.match(keysToJson(read).inboxes["me"]?.read ?? "", /^read_/);
});

test("an inbox of which a key is not known is none the worse", () => {
  using folder = newFolder();
  const keys = made();
  writeKeys(folder.path, { ...keys, inboxes: new Map([["x", {}]]) });
  assert.deepEqual(readKeys(folder.path)?.inboxes, new Map([["x", {}]]));
});

const owner = keysToJson(made()).owner;
for (const [what, text, message] of [
  ["no JSON", `{"owner":"${owner}`, /not a file of keys \(it is no JSON\): mend it, or move it away/],
  ["no object", "[]", /the file is no object/],
  ["no owner", "{}", /"owner" has no key that begins with owner_/],
  ["a key of another kind", `{"owner":"${owner}","inboxes":{"me":{"read":"${owner}"}}}`, /"me" has no key .* read_/],
  ["inboxes that are none", `{"owner":"${owner}","inboxes":[]}`, /inboxes is no object/],
] as const)
  test(`a file with ${what} is refused, and no key of it is shown`, () => {
    using folder = newFolder();
    writeFileSync(folder.file("keys.json"), text, { mode: 0o600 });
    assert.throws(
      () => readKeys(folder.path),
      (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes(owner.slice(8)));
        assert.ok(!error.message.includes("\n"));
        return (error as { code?: string }).code === "KeysFileInvalid";
      },
    );
  });

test("T33 a file that others can read, and a link, are refused", () => {
  using folder = newFolder();
  writeKeys(folder.path, made());
  chmodSync(folder.file("keys.json"), 0o640);
  assert.throws(() => readKeys(folder.path), /can be used by others than you: chmod 600/);
  using other = newFolder();
  chmodSync(folder.file("keys.json"), 0o600);
  symlinkSync(folder.file("keys.json"), other.file("keys.json"));
  assert.throws(() => readKeys(other.path), /cannot be read: ELOOP/);
});

test("what cannot be written leaves the old file whole", () => {
  using folder = newFolder();
  writeKeys(folder.path, made());
  const before = readFileSync(folder.file("keys.json"));
  assert.throws(() => writeKeys(folder.file("none"), made()), /the file of keys cannot be written: ENOENT/);
  assert.deepEqual(readFileSync(folder.file("keys.json")), before);
});
