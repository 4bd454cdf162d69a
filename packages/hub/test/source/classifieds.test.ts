import assert from "node:assert/strict";
import { test } from "node:test";

import { LineError } from "@doorbell-js/doorbell/line";

import { Classifieds } from "../../src/source/builtin.ts";
import { openStore } from "../../src/store/sql-store.ts";
import type { Log } from "../../src/store/store.ts";

async function readAll(source: Classifieds, from = 0): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let item = await source.fetch(from); item.text !== ""; item = await source.fetch(item.sequence))
    texts.push(item.text);
  return texts;
}

test("ads are read in the order they were posted, each once", async () => {
  const source = new Classifieds(openStore({ memory: true }).ads);
  for (const ad of ["one", "two", "two", "three"]) await source.post(ad);
  assert.deepEqual(await readAll(source), ["one", "two", "two", "three"]);
  assert.deepEqual(await readAll(source, 2), ["two", "three"]);
});

test("ads that are posted at once keep their order", async () => {
  const source = new Classifieds(openStore({ memory: true }).ads);
  const rings: number[] = [];
  source.subscribe((newest) => rings.push(newest));
  const ads = Array.from({ length: 50 }, (_, index) => `ad ${index}`);
  await Promise.all(ads.map((ad) => source.post(ad)));
  assert.deepEqual(await readAll(source), ads);
  assert.deepEqual(
    rings,
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
});

test("a new reader finds a hundred unread", () => {
  assert.equal(new Classifieds(openStore({ memory: true }).ads).unread, 100);
});

for (const bad of ["", "x".repeat(1_025), "a\nb", "\u009b", "OK", "notif: random", "error: x", "\ud800"])
  test(`${JSON.stringify(bad.slice(0, 20))} is no ad: nothing is stored, nobody is told`, async () => {
    const log = openStore({ memory: true }).ads;
    const source = new Classifieds(log);
    source.subscribe(() => assert.fail("rang"));
    await assert.rejects(source.post(bad), (error) => error instanceof LineError && error.code === "InvalidAd");
    assert.equal(log.newest, 0);
  });

/** A store that takes its time: each ad is stored when the test says so, or is not. */
function slowLog(): { readonly log: Log; store(): void; fail(): void } {
  const memory = openStore({ memory: true }).ads;
  const waiting: {
    readonly text: string;
    readonly resolve: (number: number) => void;
    readonly reject: (cause: Error) => void;
  }[] = [];
  return {
    log: {
      get newest() {
        return memory.newest;
      },
      append: (text) => new Promise((resolve, reject) => waiting.push({ text, resolve, reject })),
      next: (after) => memory.next(after),
    },
    store() {
      const first = waiting.shift();
      if (first !== undefined) void memory.append(first.text).then(first.resolve);
    },
    fail: () => waiting.shift()?.reject(new Error("the disk is full")),
  };
}

test("nobody is told before an ad is stored", async () => {
  const { log, store } = slowLog();
  const source = new Classifieds(log);
  const rings: number[] = [];
  source.subscribe((newest) => rings.push(newest));
  const posted = source.post("one");
  await new Promise(setImmediate);
  assert.deepEqual(rings, []);
  store();
  await posted;
  assert.deepEqual(rings, [1]);
});

test("an ad that cannot be stored is refused, nobody is told, and the next one is taken", async () => {
  const { log, store, fail } = slowLog();
  const source = new Classifieds(log);
  const rings: number[] = [];
  source.subscribe((newest) => rings.push(newest));
  const refused = source.post("lost");
  fail();
  await assert.rejects(refused, /the disk is full/);
  assert.deepEqual(rings, []);
  const posted = source.post("kept");
  store();
  await posted;
  assert.deepEqual(rings, [1]);
  assert.deepEqual(await readAll(source), ["kept"]);
});
