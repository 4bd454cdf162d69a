import assert from "node:assert/strict";
import { test } from "node:test";

import { openStore } from "../../src/store/sql-store.ts";
import { hashOf } from "../support/store-world.ts";

test("a session is valid until its time is over, or it is ended", async () => {
  await using store = openStore({ memory: true });
  const { sessions } = store;
  await sessions.create(hashOf("a"), 1_000);
  await sessions.create(hashOf("b"), 1_000);
  assert.equal(sessions.isValid(hashOf("a"), 999), true);
  assert.equal(sessions.isValid(hashOf("a"), 1_000), false);
  assert.equal(sessions.isValid(hashOf("c"), 0), false);
  await sessions.create(hashOf("a"), 2_000);
  assert.equal(sessions.isValid(hashOf("a"), 1_000), true, "it is longer now");
  await sessions.delete(hashOf("a"));
  assert.equal(sessions.isValid(hashOf("a"), 0), false);
  await sessions.deleteAll();
  assert.equal(sessions.isValid(hashOf("b"), 0), false);
});

test("100 sessions, and of 101 those that end last", async () => {
  await using store = openStore({ memory: true });
  const { sessions } = store;
  const valid = (): number =>
    Array.from({ length: 101 }, (_, index) => sessions.isValid(hashOf(`${index}`), 0)).filter(Boolean).length;
  for (let index = 0; index < 100; index += 1) await sessions.create(hashOf(`${index}`), 1_000 + index);
  assert.equal(valid(), 100);
  await sessions.create(hashOf("100"), 1_000);
  assert.equal(valid(), 100);
  assert.equal(sessions.isValid(hashOf("0"), 0), false);
  assert.equal(sessions.isValid(hashOf("100"), 0), true);
});

test("the owner's hash is none at first, and then the last one", async () => {
  await using store = openStore({ memory: true });
  assert.equal(store.ownerHash, undefined);
  await store.setOwnerHash(hashOf("one"));
  await store.setOwnerHash(hashOf("two"));
  assert.deepEqual(store.ownerHash, hashOf("two"));
});
