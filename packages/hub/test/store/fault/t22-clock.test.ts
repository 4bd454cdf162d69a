/** T22: a wall clock that jumps makes nothing old. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "../../support/folder.ts";
import { report } from "../../support/results.ts";
import { DAY_MS, HOUR_MS, StoreWorld } from "../../support/store-world.ts";

const MINUTE_MS = 60_000;

for (const [what, jumpMs] of [
  ["an hour back", -HOUR_MS],
  ["30 days ahead", 30 * DAY_MS],
] as const)
  test(`T22 the wall clock jumps ${what}: what is kept for a day is kept for a day`, async (t) => {
    await using world = await StoreWorld.start({ kept: { ageMaxMs: DAY_MS } });
    const { inboxes } = world.store;
    await world.ring("before", { key: "k" });
    world.wall += jumpMs;
    world.pass(MINUTE_MS);
    await inboxes.prune();
    await world.ring("after");
    assert.equal((await world.ring("before", { key: "k" })).isRepeat, true);
    world.pass(DAY_MS - MINUTE_MS - 1);
    await inboxes.prune();
    assert.deepEqual(await world.texts(), ["before", "after"], "expired by a jump of the wall clock");
    world.pass(1);
    await inboxes.prune();
    assert.deepEqual(await world.texts(), ["after"]);
    world.pass(MINUTE_MS);
    await inboxes.prune();
    assert.deepEqual(await world.texts(), []);
    report(t, `T22 wall clock ${what}: expired by it 0`);
  });

test("T22 a wall clock that is behind when the hub starts again makes nothing live longer, or shorter", async () => {
  using folder = newFolder();
  const place = { folder: folder.path };
  {
    await using world = await StoreWorld.start({ place, kept: { ageMaxMs: DAY_MS } });
    world.pass(HOUR_MS);
    await world.ring("a");
  }
  await using world = StoreWorld.reopen(place);
  // By its own time an hour has passed already.
  await world.store.inboxes.prune();
  world.pass(DAY_MS - 1);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), ["a"]);
  world.pass(1);
  await world.store.inboxes.prune();
  assert.deepEqual(await world.texts(1), []);
});
