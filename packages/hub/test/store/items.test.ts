import assert from "node:assert/strict";
import { test } from "node:test";

import type { RefusalCode } from "../../src/inbox/rules.ts";
import { DAY_MS, HOUR_MS, StoreWorld } from "../support/store-world.ts";

/** What rejects with a refusal of that code. */
function refused(code: RefusalCode): (error: unknown) => boolean {
  return (error) => (error as { readonly code?: string }).code === code;
}

test("items are numbered 1, 2, 3 in each inbox, and read as they were rung", async () => {
  await using world = await StoreWorld.start();
  const { inboxes } = world.store;
  const other = await world.newInbox("other");
  const bell = await world.newBell("sensor", {}, other.id);
  const said = {
    title: "Disk",
    text: "full\nof ünïcode 🔔",
    priority: 5,
    tags: ["a", "b"],
    click: "https://x.example/",
  } as const;
  assert.deepEqual((await world.ring(said)).item.sequence, 1);
  assert.deepEqual((await world.ring("", { bell: bell.id })).item.sequence, 1);
  assert.deepEqual((await world.ring("two")).item.sequence, 2);
  const { items, more, newest, oldest } = await inboxes.page(world.inbox.id, { after: 0 });
  assert.deepEqual([more, newest, oldest], [false, 2, 1]);
  const { id, ...first } = items[0] ?? assert.fail("no item");
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(first, { sequence: 1, at: world.wall, bell: { id: world.bell.id, label: "backup" }, ...said });
  const { id: _, ...second } = items[1] ?? assert.fail("no item");
  assert.deepEqual(second, {
    sequence: 2,
    at: world.wall,
    bell: {
      id: world.bell.id,
      label: "backup",
    },
    text: "two",
    priority: 3,
    tags: [],
  });
  assert.deepEqual(await world.texts(other.id), [""]);
});

test("rings that come at once are numbered in their order; one that is refused leaves no hole", async () => {
  await using world = await StoreWorld.start({ kept: { bytesMax: 100, whenFull: "refuse" } });
  const rings = ["a", "b", "x".repeat(101), "c", "y".repeat(98), "d"].map((text) => world.ring(text));
  const outcomes = await Promise.allSettled(rings);
  assert.deepEqual(
    outcomes.map((one) =>
      one.status === "fulfilled" ? one.value.item.sequence : (one.reason as { code: string }).code,
    ),
    [1, 2, "InboxFull", 3, "InboxFull", 4],
  );
  assert.deepEqual(await world.texts(), ["a", "b", "c", "d"]);
});

for (const whenFull of ["dropOldest", "refuse"] as const) {
  test(`${whenFull}: as many items as are kept, and one more`, async () => {
    await using world = await StoreWorld.start({ kept: { itemsMax: 3, whenFull } });
    for (const text of ["a", "b", "c"]) await world.ring(text);
    assert.deepEqual(await world.texts(), ["a", "b", "c"]);
    if (whenFull === "refuse") await assert.rejects(world.ring("d"), refused("InboxFull"));
    else assert.equal((await world.ring("d")).item.sequence, 4);
    assert.deepEqual(await world.texts(), whenFull === "refuse" ? ["a", "b", "c"] : ["b", "c", "d"]);
  });

  test(`${whenFull}: as many bytes as are kept, and one more`, async () => {
    await using world = await StoreWorld.start({ kept: { bytesMax: 10, whenFull } });
    await world.ring({ text: "ab", title: "ü" });
    await world.ring({ text: "a", tags: ["bc", "d"], click: "ef" });
    assert.equal(world.store.inboxes.inbox(world.inbox.id)?.bytes, 10);
    assert.deepEqual(await world.texts(), ["ab", "a"]);
    if (whenFull === "refuse") await assert.rejects(world.ring("x"), refused("InboxFull"));
    else await world.ring("x");
    assert.deepEqual(await world.texts(), whenFull === "refuse" ? ["ab", "a"] : ["a", "x"]);
    await assert.rejects(world.ring("x".repeat(11)), refused("InboxFull"), "it would not fit alone");
    assert.deepEqual(await world.texts(), whenFull === "refuse" ? ["ab", "a"] : ["a", "x"]);
  });
}

test("what is too old is let go of, from the oldest on; the newest number is known when all are gone", async () => {
  await using world = await StoreWorld.start({ kept: { ageMaxMs: DAY_MS } });
  const { inboxes } = world.store;
  await world.ring("a");
  world.pass(1);
  await world.ring("b");
  world.pass(DAY_MS - 2);
  await inboxes.prune();
  assert.deepEqual(await world.texts(), ["a", "b"]);
  world.pass(1);
  await inboxes.prune();
  assert.deepEqual(await world.texts(), ["b"]);
  world.pass(1);
  await inboxes.prune();
  const { newest, oldest, bytes } = inboxes.inbox(world.inbox.id) ?? assert.fail();
  assert.deepEqual({ newest, oldest, bytes }, { newest: 2, oldest: 3, bytes: 0 });
  assert.equal((await world.ring("c")).item.sequence, 3);
});

test("an idempotency key is let go of at the end of its day", async () => {
  await using world = await StoreWorld.start({ place: { memory: true } });
  await world.ring("a", { key: "k" });
  world.pass(DAY_MS);
  await world.store.inboxes.prune();
  assert.equal((await world.ring("b", { key: "k" })).isRepeat, false);
});

test("a repeat within a day is the same item, also once that is gone; then the key is new", async () => {
  await using world = await StoreWorld.start({ kept: { itemsMax: 1 } });
  const { item } = await world.ring("a", { key: "k" });
  assert.deepEqual(await world.ring("a", { key: "k" }), { item, isRepeat: true });
  await world.ring("b");
  world.pass(DAY_MS - 1);
  assert.deepEqual(await world.ring("a", { key: "k" }), { item, isRepeat: true });
  await assert.rejects(world.ring("c", { key: "k" }), refused("KeyReused"));
  const other = await world.newBell("other");
  assert.equal((await world.ring("c", { key: "k", bell: other.id })).isRepeat, false, "keys are of one bell");
  world.pass(1);
  assert.equal((await world.ring("c", { key: "k" })).isRepeat, false);
  await world.store.inboxes.prune();
  assert.equal((await world.ring("c", { key: "k" })).isRepeat, true);
});

test("two of a key that come at once are one item", async () => {
  await using world = await StoreWorld.start();
  const [one, two] = await Promise.all([world.ring("a", { key: "k" }), world.ring("a", { key: "k" })]);
  assert.deepEqual([one.isRepeat, two.isRepeat], [false, true]);
  assert.deepEqual(one.item, two.item);
  assert.deepEqual(await world.texts(), ["a"]);
});

test("pages go onward and backward, and say whether there is more", async () => {
  await using world = await StoreWorld.start();
  for (let number = 1; number <= 7; number += 1) await world.ring(`item ${number}`);
  const page = async (query: Parameters<typeof world.store.inboxes.page>[1]): Promise<unknown> => {
    const { items, more } = await world.store.inboxes.page(world.inbox.id, query);
    return [...items.map(({ sequence }) => sequence), more];
  };
  assert.deepEqual(await page({}), [7, 6, 5, 4, 3, 2, 1, false]);
  assert.deepEqual(await page({ limit: 3 }), [7, 6, 5, true]);
  assert.deepEqual(await page({ before: 5, limit: 4 }), [4, 3, 2, 1, false]);
  assert.deepEqual(await page({ before: 5, limit: 3 }), [4, 3, 2, true]);
  assert.deepEqual(await page({ after: 4, limit: 3 }), [5, 6, 7, false]);
  assert.deepEqual(await page({ after: 3, limit: 3 }), [4, 5, 6, true]);
  assert.deepEqual(await page({ after: 7 }), [false]);
  assert.deepEqual(await page({ before: 1 }), [false]);
  await assert.rejects(world.store.inboxes.page(99, {}), refused("NotFound"));
});

test("a search looks at title, text, tags and label; case does not count, and no character is special", async () => {
  await using world = await StoreWorld.start();
  const label = await world.newBell("Élan %_\\");
  await world.ring({ text: "Größe", title: "Backup DONE" });
  await world.ring({ text: "100% sure", tags: ["Déjà"] });
  await world.ring("x", { bell: label.id });
  const found = async (search: string): Promise<readonly number[]> => {
    const { items } = await world.store.inboxes.page(world.inbox.id, { after: 0, search });
    return items.map(({ sequence }) => sequence);
  };
  for (const [search, sequences] of [
    ["done", [1]],
    ["GRÖSSE", []],
    ["GRÖßE", [1]],
    ["DÉJÀ", [2]],
    ["%", [2, 3]],
    ["_", [3]],
    ["\\", [3]],
    ["éLAN", [3]],
    ["backup", [1, 2]],
    ["", [1, 2, 3]],
    ["sure\u0000", []],
  ] as const)
    assert.deepEqual(await found(search), sequences, search);
});

test("rings are counted by the hour, for seven days", async () => {
  await using world = await StoreWorld.start();
  const hours = async (): Promise<unknown> => {
    const found = await world.store.inboxes.ringsByHour(world.bell, 0);
    return found.map(({ hour, rings }) => [(hour - start) / HOUR_MS, rings]);
  };
  const start = world.wall;
  await world.ring("a");
  world.pass(HOUR_MS - 1);
  await world.ring("b");
  world.pass(1);
  await world.ring("c");
  assert.deepEqual(await hours(), [
    [0, 2],
    [1, 1],
  ]);
  world.pass(166 * HOUR_MS);
  await world.ring("d");
  assert.deepEqual(await hours(), [
    [0, 2],
    [1, 1],
    [167, 1],
  ]);
  world.pass(HOUR_MS);
  await world.ring("e");
  assert.deepEqual(await hours(), [
    [1, 1],
    [167, 1],
    [168, 1],
  ]);
  assert.equal((await world.store.inboxes.ringsByHour(world.bell, world.wall)).length, 1);
});
