import assert from "node:assert/strict";
import { test } from "node:test";

import { openStore } from "../../src/store/sql-store.ts";

test("an empty board has nothing", async () => {
  await using store = openStore({ memory: true });
  assert.equal(store.ads.newest, 0);
  assert.equal(await store.ads.next(0), undefined);
});

test("ads are numbered 1, 2, 3, and read in order", async () => {
  await using store = openStore({ memory: true });
  const { ads } = store;
  for (const [index, text] of ["a", "b", "c"].entries()) assert.equal(await ads.append(text), index + 1);
  assert.equal(ads.newest, 3);
  assert.deepEqual(await ads.next(0), { text: "a", sequence: 1 });
  assert.deepEqual(await ads.next(2), { text: "c", sequence: 3 });
  assert.equal(await ads.next(3), undefined);
  assert.equal(await ads.next(99), undefined);
});

test("10,000 are kept, and of 10,001 the newest; the numbers go on", async () => {
  await using store = openStore({ memory: true });
  const texts = Array.from({ length: 10_000 }, (_, index) => String(index + 1));
  await Promise.all(texts.map((text) => store.ads.append(text)));
  assert.equal((await store.ads.next(0))?.sequence, 1);
  assert.equal(await store.ads.append("10001"), 10_001);
  assert.deepEqual(await store.ads.next(0), { text: "2", sequence: 2 });
  assert.deepEqual(await store.ads.next(1), { text: "2", sequence: 2 });
  assert.deepEqual(await store.ads.next(10_000), { text: "10001", sequence: 10_001 });
  assert.equal(store.ads.newest, 10_001);
});
