import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { StoreError } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/sql-store.ts";
import { hashOf, StoreWorld } from "../support/store-world.ts";

test("what was stored is there when the folder is opened again", async () => {
  using folder = newFolder();
  const place = { folder: folder.file("data") };
  let before: unknown;
  const all = async ({ store }: StoreWorld): Promise<unknown> => [
    store.era,
    store.ads.newest,
    store.ownerHash,
    await store.inboxes.inboxes(0, 10),
    await store.inboxes.bells(1, 0, 10),
    await store.inboxes.page(1, {}),
    await store.inboxes.ringsByHour(store.inboxes.bell(1) ?? assert.fail("no bell"), 0),
    store.sessions.isValid(hashOf("s"), 0),
  ];
  {
    await using world = await StoreWorld.start({ place });
    await world.ring({ text: "a", title: "t", tags: ["x"] }, { key: "k" });
    await world.ring("b");
    await world.store.ads.append("an ad");
    await world.store.setOwnerHash(hashOf("owner"));
    await world.store.sessions.create(hashOf("s"), 10);
    before = await all(world);
  }
  assert.deepEqual(readdirSync(place.folder).sort(), ["doorbell.db", "doorbell.mark"]);
  await using store = openStore(place);
  assert.deepEqual(await all({ store } as StoreWorld), before);
  assert.deepEqual(await store.ads.next(0), { text: "an ad", sequence: 1 });
  for (const [file, mode] of [
    [".", 0o700],
    ["doorbell.db", 0o600],
    ["doorbell.mark", 0o600],
    ["doorbell.db-wal", 0o600],
  ] as const)
    assert.equal(statSync(`${place.folder}/${file}`).mode & 0o777, mode, file);
});

test("a store that is open is not opened a second time; when it was closed it is", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  {
    await using _store = openStore(place);
    for (let times = 0; times < 2; times += 1)
      assert.throws(
        () => openStore(place),
        (error) =>
          error instanceof StoreError &&
          error.code === "StoreLocked" &&
          error.message ===
            `${folder.path}/doorbell.db is in use by another hub: stop that one, or name another folder with --data`,
      );
  }
  await using _again = openStore(place);
});

test("what waits when a store is closed is stored; what comes after is refused", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  const store = openStore(place);
  const waiting = store.ads.append("one");
  await store[Symbol.asyncDispose]();
  assert.equal(await waiting, 1);
  await assert.rejects(store.ads.append("two"), /the store is closed/i);
  await using again = openStore(place);
  assert.equal(again.ads.newest, 1);
});

test("a store is closed, and opened again, after a search that ended early", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  for (let times = 0; times < 2; times += 1) {
    await using store = openStore(place);
    await Promise.all(Array.from({ length: 500 }, (_, number) => store.ads.append(`ad ${number}`)));
  }
  {
    await using world = await StoreWorld.start({ place, kept: { itemsMax: 1_000 } });
    await Promise.all(Array.from({ length: 500 }, (_, number) => world.ring(`item ${number}`)));
    assert.equal((await world.store.inboxes.page(1, { search: "ITEM", limit: 1 })).more, true);
  }
  await using store = openStore(place);
  assert.equal((await store.inboxes.page(1, { search: "499" })).items.length, 1);
});
