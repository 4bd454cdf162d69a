/** T22: a machine's clock that is wrong, or jumps, makes nothing old, and nothing begin anew that has ended. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { report } from "@doorbell-js/test-support/results";

import { Database } from "../../../src/store/database.ts";
import type { StorePlace } from "../../../src/store/sql-store.ts";
import { BookKeeper } from "../../../src/store/table.ts";
import { DAY_MS, hashOf, HOUR_MS, StoreWorld } from "../../support/store-world.ts";

const MINUTE_MS = 60_000;
/** A clock is steady for so long before something incredible is believed of it. */
const STEADY_MS = 6 * HOUR_MS;
const kept = { ageMaxMs: 30 * DAY_MS };

for (const [what, jumpMs] of [
  ["an hour back", -HOUR_MS],
  ["1500 days back", -1_500 * DAY_MS],
  ["an hour ahead", HOUR_MS],
  ["30 days ahead", 30 * DAY_MS],
] as const)
  test(`T22 the clock jumps ${what} while the hub runs: what is kept for a day is kept for a day`, async (t) => {
    await using world = await StoreWorld.start({ kept: { ageMaxMs: DAY_MS } });
    const { inboxes } = world.store;
    await world.ring("before", { key: "k" });
    world.wall += jumpMs;
    await world.live(MINUTE_MS);
    await inboxes.prune();
    await world.ring("after");
    assert.equal((await world.ring("before", { key: "k" })).isRepeat, true);
    await world.live(DAY_MS - MINUTE_MS - 1);
    await inboxes.prune();
    assert.deepEqual(await world.texts(), ["before", "after"], "expired by a jump of the clock");
    await world.live(1);
    await inboxes.prune();
    assert.deepEqual(await world.texts(), ["after"]);
    await world.live(MINUTE_MS);
    await inboxes.prune();
    assert.deepEqual(await world.texts(), []);
    const incredible = Math.abs(jumpMs) > DAY_MS;
    assert.deepEqual(
      world.events.map(({ type }) => type),
      incredible ? ["clockStrange", "clockBelieved"] : [],
    );
    report(t, `T22 clock ${what}: expired by it 0`);
  });

/** Leaves what a hub of before left: it noted the time of the last transaction alone. */
function forgetTimes(path: string, time: number): void {
  using database = new Database(path);
  database.exec("BEGIN IMMEDIATE; DELETE FROM clock; DELETE FROM gaps");
  new BookKeeper(database).change(() => ({ time }));
  database.commit();
}

/** Rings, ends, and starts again after `offMs` with a clock that is wrong by so much. */
async function restarted(place: StorePlace, offMs: number, wrongMs: number): Promise<StoreWorld> {
  let wall;
  {
    await using world = await StoreWorld.start({ place, kept });
    await world.ring("one");
    await world.live(DAY_MS);
    await world.ring("two");
    ({ wall } = world);
  }
  return StoreWorld.reopen(place, wall + offMs + wrongMs);
}

test("T22 a clock that is 1500 days ahead at a start, and is set right a minute later, deletes nothing", async () => {
  using folder = newFolder();
  await using world = await restarted({ folder: folder.path }, HOUR_MS, 1_500 * DAY_MS);
  assert.deepEqual(world.events, [{ type: "clockStrange", gapMs: 1_500 * DAY_MS + HOUR_MS }]);
  await world.store.inboxes.prune();
  await world.ring("three", { bell: 1 });
  await world.live(MINUTE_MS);
  world.wall -= 1_500 * DAY_MS;
  await world.live(6 * MINUTE_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["one", "two", "three"]);
  assert.equal(world.events.at(-1)?.type, "clockBelieved");
  // The hour that it was off has passed for what was there, and for nothing else.
  await world.live(29 * DAY_MS - HOUR_MS - 7 * MINUTE_MS - 2);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["one", "two", "three"]);
  await world.live(2);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["two", "three"]);
});

test("T22 a clock that is wrong at one start and right at the next deletes nothing", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  let wall;
  {
    await using world = await restarted(place, HOUR_MS, 1_500 * DAY_MS);
    await world.ring("three", { bell: 1 });
    await world.live(HOUR_MS);
    ({ wall } = world);
  }
  await using world = StoreWorld.reopen(place, wall - 1_500 * DAY_MS);
  assert.deepEqual(world.events, []);
  await world.live(HOUR_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["one", "two", "three"]);
});

test("T22 a hub that was off for 29 days believes it after six hours of a steady clock; what came meanwhile is no older by it", async () => {
  using folder = newFolder();
  await using world = await restarted({ folder: folder.path }, 29 * DAY_MS, 0);
  await world.ring("three", { bell: 1 });
  await world.live(STEADY_MS - MINUTE_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["one", "two", "three"], "not believed yet");
  // A jump begins the six hours anew.
  world.wall += HOUR_MS;
  await world.live(MINUTE_MS);
  await world.live(STEADY_MS - MINUTE_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["one", "two", "three"], "not believed yet, as it jumped");
  await world.live(MINUTE_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["two", "three"], "30 days old");
  await world.live(DAY_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["three"]);
});

test("T22 a hub that was off for a day has lived through it; a clock that is behind at a start makes nothing older, or younger", async () => {
  for (const [offMs, livedMs] of [
    [DAY_MS, DAY_MS],
    [-DAY_MS, 0],
    [-2 * DAY_MS, 0],
  ] as const) {
    using folder = newFolder();
    await using world = await restarted({ folder: folder.path }, offMs, 0);
    // An own time begins a millisecond later where there may be a gap.
    await world.live(29 * DAY_MS - livedMs - 2);
    await world.store.inboxes.prune();
    assert.deepEqual(await world.texts(1), ["one", "two"]);
    await world.live(2);
    await world.store.inboxes.prune();
    assert.deepEqual(await world.texts(1), ["two"], `off for ${offMs}`);
  }
});

test("T22 a bell that has expired stays so when the clock goes back, until it is given another end; so does a session", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  const start = Date.UTC(2026, 0, 2, 8);
  {
    await using world = await StoreWorld.start({ place });
    const { inboxes, sessions } = world.store;
    const bell = await world.newBell("short", { expiresAt: world.wall + HOUR_MS });
    await sessions.create(hashOf("s"), world.wall + HOUR_MS);
    assert.equal(inboxes.bellByHash(hashOf("bell short"))?.expired, false);
    assert.equal(sessions.isValid(hashOf("s"), world.store.wall()), true);
    // Also if the clock is so far ahead that it is not believed.
    world.wall += 1_500 * DAY_MS;
    assert.equal(inboxes.bellByHash(hashOf("bell short"))?.expired, true);
    assert.equal(sessions.isValid(hashOf("s"), world.store.wall()), false);
    await world.ring("this is stored after that");
    world.wall = start;
    assert.equal(inboxes.bell(bell.id)?.expired, true);
    assert.equal(sessions.isValid(hashOf("s"), world.store.wall()), false);
  }
  await using world = StoreWorld.reopen(place, start);
  const { inboxes } = world.store;
  const bell = inboxes.bellByHash(hashOf("bell short")) ?? assert.fail();
  assert.equal(bell.expired, true);
  assert.equal((await inboxes.changeBell(bell, { label: "still" })).expired, true);
  assert.equal((await inboxes.changeBell(bell, { expiresAt: world.store.wall() + HOUR_MS })).expired, false);
});

test("T22 what was believed once is not taken back: an end that has come by it has come, until the clock is steady at an earlier time", async () => {
  await using world = await StoreWorld.start();
  const { store } = world;
  const before = store.wall();
  await world.live(2 * HOUR_MS);
  world.wall -= HOUR_MS;
  assert.equal(store.wall(), before + 2 * HOUR_MS);
  // It is believed to be ten days ahead, and then to be right.
  world.wall += 10 * DAY_MS;
  await world.live(MINUTE_MS);
  await world.live(STEADY_MS);
  const ahead = store.wall();
  world.wall -= 10 * DAY_MS;
  await world.live(MINUTE_MS);
  assert(store.wall() >= ahead);
  await world.live(STEADY_MS);
  assert.equal(store.wall(), world.wall);
});

test("T22 a folder whose own time is far in the future already, as a hub of before left it, goes on and deletes nothing", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  const right = Date.UTC(2026, 0, 2, 8);
  {
    await using world = await StoreWorld.start({ place, kept });
    await world.ring("one");
  }
  forgetTimes(folder.file("doorbell.db"), right + 1_500 * DAY_MS);
  await using world = StoreWorld.reopen(place, right + HOUR_MS);
  assert.equal(world.events[0]?.type, "clockStrange");
  await world.live(STEADY_MS + 2 * MINUTE_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["one"]);
  assert.equal(world.store.wall(), world.wall);
  await world.live(30 * DAY_MS);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), []);
});
