import assert from "node:assert/strict";
import { test } from "node:test";

import type { RefusalCode } from "../../src/inbox/rules.ts";
import { hashOf, limits, retention, StoreWorld } from "../support/store-world.ts";

function refused(code: RefusalCode): (error: unknown) => boolean {
  return (error) => (error as { readonly code?: string }).code === code;
}

test("an inbox is found by its number and by either key, and says what it keeps", async () => {
  await using world = await StoreWorld.start();
  const { inboxes } = world.store;
  const me = { id: 1, name: "me", createdAt: world.wall, retention, newest: 0, oldest: 1, bytes: 0, bells: 1 };
  assert.deepEqual(inboxes.inbox(1), me);
  assert.deepEqual(await inboxes.inboxes(0, 10), [me]);
  assert.deepEqual(inboxes.inboxByKey(hashOf("read me")), { inbox: 1, right: "read" });
  assert.deepEqual(inboxes.inboxByKey(hashOf("manage me")), { inbox: 1, right: "manage" });
  assert.equal(inboxes.inboxByKey(hashOf("bell backup")), undefined);
  assert.equal(inboxes.inbox(2), undefined);
});

test("its name, keys and limits can be changed; what no longer fits is let go of", async () => {
  await using world = await StoreWorld.start();
  const { inboxes } = world.store;
  for (const text of ["a", "b", "c"]) await world.ring(text);
  await inboxes.changeInbox(1, { name: "you", readHash: hashOf("new"), manageHash: hashOf("new manage") });
  assert.equal(inboxes.inbox(1)?.name, "you");
  assert.equal(inboxes.inboxByKey(hashOf("read me")), undefined);
  assert.deepEqual(inboxes.inboxByKey(hashOf("new")), { inbox: 1, right: "read" });
  const refusing = await inboxes.changeInbox(1, { retention: { ...retention, itemsMax: 2, whenFull: "refuse" } });
  assert.deepEqual([refusing.oldest, refusing.newest], [1, 3], "who refuses keeps what is there");
  const dropping = await inboxes.changeInbox(1, { retention: { ...retention, itemsMax: 2 } });
  assert.deepEqual([dropping.oldest, dropping.newest, dropping.bytes], [2, 3, 2]);
  assert.deepEqual(await world.texts(), ["b", "c"]);
  await world.newInbox("me");
  await assert.rejects(inboxes.changeInbox(1, { name: "me" }), refused("InvalidArgument"));
  await assert.rejects(world.newInbox("you"), refused("InvalidArgument"));
  await assert.rejects(inboxes.changeInbox(9, {}), refused("NotFound"));
});

test("an inbox that is deleted takes all it had along, and its number is not used again", async () => {
  await using world = await StoreWorld.start();
  const { inboxes } = world.store;
  await world.ring("a", { key: "k" });
  await inboxes.deleteInbox(1);
  assert.equal(inboxes.inbox(1), undefined);
  assert.equal(inboxes.bell(1), undefined);
  assert.equal(inboxes.bellByHash(hashOf("bell backup")), undefined);
  assert.deepEqual(await inboxes.bells(1, 0, 10), []);
  await assert.rejects(world.ring("b"), refused("UnknownBell"));
  await assert.rejects(inboxes.deleteInbox(1), refused("NotFound"));
  assert.equal((await world.newInbox("me")).id, 2);
  assert.deepEqual(await world.texts(2), []);
});

test("1,000 inboxes, and not one more", async () => {
  await using world = await StoreWorld.start();
  await Promise.all(Array.from({ length: 999 }, (_, index) => world.newInbox(`inbox${index}`)));
  await assert.rejects(world.newInbox("one-more"), refused("LimitReached"));
  await world.store.inboxes.deleteInbox(1);
  await world.newInbox("one-more");
});

test("1,000 bells that are not revoked, and not one more", async () => {
  await using world = await StoreWorld.start();
  await Promise.all(Array.from({ length: 999 }, (_, index) => world.newBell(`bell${index}`)));
  await assert.rejects(world.newBell("one more"), refused("LimitReached"));
  await world.store.inboxes.revokeBell(world.bell);
  await world.newBell("one more");
  assert.equal(world.store.inboxes.inbox(1)?.bells, 1_000);
});

test("a bell is found by its number and its hash, counts its rings, and can be changed", async () => {
  await using world = await StoreWorld.start();
  const { inboxes } = world.store;
  const states = { paused: false, revoked: false, expired: false };
  const made = { ...limits, id: 1, inbox: 1, label: "backup", createdAt: world.wall, ...states };
  assert.deepEqual(inboxes.bell(1), { ...made, rings: 0, lastRangAt: null });
  world.pass(5);
  await world.ring("a");
  assert.deepEqual(inboxes.bellByHash(hashOf("bell backup")), { ...made, rings: 1, lastRangAt: world.wall });
  const change = { label: "b", paused: true, perMinute: 1, bytesMax: 2, ringsMax: 3, expiresAt: 4 };
  assert.deepEqual(await inboxes.changeBell(world.bell, change), {
    ...made,
    ...change,
    expired: true,
    rings: 1,
    lastRangAt: world.wall,
  });
  assert.deepEqual(await inboxes.bells(1, 0, 10), [inboxes.bell(1)]);
  const { items } = await inboxes.page(1, {});
  assert.deepEqual(items[0]?.bell, { id: 1, label: "backup" }, "what it was called when it rang");
  assert.deepEqual(await inboxes.changeBell(world.bell, { ringsMax: null }), { ...inboxes.bell(1), ringsMax: null });
  await assert.rejects(inboxes.changeBell({ id: 2, inbox: 1 }, {}), refused("NotFound"));
  await assert.rejects(world.newBell("c", {}, 9), refused("NotFound"));
});

test("a bell rings as often as it may, and not once more", async () => {
  await using world = await StoreWorld.start();
  const bell = await world.newBell("twice", { ringsMax: 2 });
  const outcomes = await Promise.allSettled(
    ["a", "b", "c"].map((text) => world.ring(text, { bell: bell.id, key: text })),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected"],
  );
  await assert.rejects(world.ring("c", { bell: bell.id }), refused("BellUsedUp"));
  assert.equal((await world.ring("b", { bell: bell.id, key: "b" })).isRepeat, true, "a repeat is no ring");
});

test("a bell that is revoked is as none, and goes with its last item", async () => {
  await using world = await StoreWorld.start({ kept: { itemsMax: 2 } });
  const { inboxes } = world.store;
  const other = await world.newBell("other");
  await world.ring("a", { bell: other.id });
  await inboxes.revokeBell(other);
  assert.equal(inboxes.bellByHash(hashOf("bell other")), undefined);
  assert.equal(inboxes.bell(other.id)?.revoked, true);
  assert.equal(inboxes.inbox(1)?.bells, 1);
  for (const act of [() => inboxes.revokeBell(other), () => inboxes.changeBell(other, { paused: true })])
    await assert.rejects(act(), refused("NotFound"));
  await assert.rejects(world.ring("b", { bell: other.id }), refused("UnknownBell"));
  await world.ring("b");
  assert.deepEqual(
    (await inboxes.bells(1, 0, 10)).map(({ id }) => id),
    [1, 2],
  );
  await world.ring("c");
  assert.deepEqual(
    (await inboxes.bells(1, 0, 10)).map(({ id }) => id),
    [1],
  );
  await inboxes.revokeBell(await world.newBell("never rung"));
  assert.equal((await inboxes.bells(1, 0, 10)).length, 1);
});
