import assert from "node:assert/strict";
import { test } from "node:test";

import { MemoryLog, MemoryStore } from "../../src/store/index.ts";

test("an empty log has nothing", async () => {
  const log = new MemoryLog(3);
  assert.equal(log.newest, 0);
  assert.equal(await log.next(0), undefined);
});

test("items are numbered 1, 2, 3, and read in order", async () => {
  const log = new MemoryLog(3);
  for (const [index, text] of ["a", "b", "c"].entries()) assert.equal(await log.append(text), index + 1);
  assert.equal(log.newest, 3);
  assert.deepEqual(await log.next(0), { text: "a", sequence: 1 });
  assert.deepEqual(await log.next(2), { text: "c", sequence: 3 });
  assert.equal(await log.next(3), undefined);
  assert.equal(await log.next(99), undefined);
});

test("at the limit all are there; one past it, the oldest is let go of, and the numbers go on", async () => {
  const log = new MemoryLog(3);
  for (const text of ["a", "b", "c"]) await log.append(text);
  assert.deepEqual(await log.next(0), { text: "a", sequence: 1 });
  assert.equal(await log.append("d"), 4);
  assert.deepEqual(await log.next(0), { text: "b", sequence: 2 });
  assert.deepEqual(await log.next(1), { text: "b", sequence: 2 });
  assert.deepEqual(await log.next(3), { text: "d", sequence: 4 });
  assert.equal(await log.next(4), undefined);
});

test("a store keeps 10,000 ads, and of 10,001 the newest", async () => {
  await using store = new MemoryStore();
  for (let number = 1; number <= 10_000; number += 1) await store.ads.append(String(number));
  assert.equal((await store.ads.next(0))?.sequence, 1);
  await store.ads.append("10001");
  assert.deepEqual(await store.ads.next(0), { text: "2", sequence: 2 });
  assert.equal(store.ads.newest, 10_001);
});
