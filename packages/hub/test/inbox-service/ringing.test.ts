/** Rings of bells, over a kernel: what is stored, what is refused and why, and that nothing is left of what was refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import type { Bell, Publication } from "../../src/inbox/types.ts";
import { InboxWorld } from "../support/inbox-world.ts";
import { refused } from "../support/refused.ts";

const limit = { timeout: 60_000 };

test("a ring is stored, told to who reads, and given as one line", limit, async () => {
  await using world = await InboxWorld.start();
  using reader = await world.inboxes.open(world.reading);
  const heard: number[] = [];
  using subscription = reader.subscribe((newest) => heard.push(newest));
  assert.equal(subscription.newest, 0);
  const { token, id } = await world.bell("backup");
  const rung = await world.inboxes.ring(token, { text: "done\r\nall", title: "T", priority: 5, tags: ["x"] });
  assert.equal(rung.isRepeat, false);
  assert.equal(rung.at, world.now);
  await until("the ring", () => heard.length === 1);
  const { text, sequence } = await reader.fetch(0);
  assert.equal(sequence, 1);
  assert.deepEqual(JSON.parse(text), {
    sequence: 1,
    id: rung.id,
    at: new Date(world.now).toISOString(),
    bell: { id, label: "backup" },
    title: "T",
    text: "done\nall",
    priority: 5,
    tags: ["x"],
  });
  assert.deepEqual(await reader.fetch(1), { text: "", sequence: 1 });
  assert.equal(reader.newest, 1);
  const bell = await world.inboxes.bell(world.managing, id);
  assert.deepEqual([bell.rings, bell.refused, bell.lastRangAt], [1, 0, world.now]);
  assert.deepEqual(bell.ringsByHour, [{ hour: world.now, rings: 1 }]);
});

test("whoever reads later finds all of it; a number that cannot be is answered with nothing", limit, async () => {
  await using world = await InboxWorld.start();
  const { token } = await world.bell();
  for (let count = 1; count <= 5; count += 1) await world.inboxes.ring(token, { text: `item ${count}` });
  using reader = await world.inboxes.open(world.reading);
  assert.equal(reader.newest, 5);
  let read = 0;
  const texts: unknown[] = [];
  for (let item = await reader.fetch(read); item.text !== ""; item = await reader.fetch(read)) {
    texts.push((JSON.parse(item.text) as { text: string }).text);
    read = item.sequence;
  }
  assert.deepEqual(texts, ["item 1", "item 2", "item 3", "item 4", "item 5"]);
  for (const after of [5, 6, 2 ** 53, -1, 0.5, Number.NaN])
    assert.deepEqual(await reader.fetch(after), { text: "", sequence: after });
});

/** What keeps a bell from being rung, each by the last thing that is done to it. */
const states: Readonly<
  Record<string, readonly [code: "BellPaused" | "BellExpired" | "BellUsedUp" | "UnknownBell", state: Bell["state"]]>
> = {
  paused: ["BellPaused", "paused"],
  expired: ["BellExpired", "expired"],
  "used up": ["BellUsedUp", "usedUp"],
  revoked: ["UnknownBell", "revoked"],
};

for (const [name, [code, state]] of Object.entries(states))
  test(`T31 a bell that is ${name} is refused with ${code}, and nothing of it is stored`, limit, async () => {
    await using world = await InboxWorld.start();
    const { inboxes, managing } = world;
    const { token, id } = await world.bell();
    // So that there is something of it that is kept.
    await inboxes.ring(token, { text: "first" });
    if (state === "paused") await inboxes.changeBell(managing, id, { paused: true });
    if (state === "expired") await inboxes.changeBell(managing, id, { expiresAt: world.now + 1 });
    if (state === "usedUp") await inboxes.changeBell(managing, id, { ringsMax: 1 });
    if (state === "revoked") await inboxes.revokeBell(managing, id);
    world.clock.advance(1);
    await refused(code, () => inboxes.ring(token, { text: "second" }));
    const bell = await inboxes.bell(managing, id);
    assert.deepEqual([bell.state, bell.rings], [state, 1]);
    // Who rings a bell that is no more is not counted: there is nothing to count for.
    assert.equal(bell.refused, state === "revoked" ? 0 : 1);
    using reader = await inboxes.open(world.reading);
    assert.equal(reader.newest, 1);
    if (state === "revoked") {
      await refused("NotFound", () => inboxes.changeBell(managing, id, { paused: false }));
      return;
    }
    // What can be taken back is taken back.
    await inboxes.changeBell(managing, id, { paused: false, expiresAt: null, ringsMax: 2 });
    assert.equal((await inboxes.bell(managing, id)).state, "active");
    await inboxes.ring(token, { text: "third" });
  });

test("T31 rings a minute: as many as may be, and one more is told how long to wait", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes } = world;
  const { bell, token } = await inboxes.createBell(world.managing, { label: "three", perMinute: 3 });
  const other = await world.bell("other");
  for (let count = 0; count < 3; count += 1) await inboxes.ring(token, { text: "" });
  await assert.rejects(inboxes.ring(token, { text: "" }), { code: "RateLimited", retryAfterMs: 20_000 });
  await inboxes.ring(other.token, { text: "another bell is not held back" });
  world.clock.advance(19_999);
  await refused("RateLimited", () => inboxes.ring(token, { text: "" }), /3 times a minute/);
  world.clock.advance(1);
  await inboxes.ring(token, { text: "" });
  assert.equal((await inboxes.bell(world.managing, bell.id)).refused, 2);
});

test("T31 a text of as many bytes as the bell takes, and one more", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing } = world;
  const { token } = await inboxes.createBell(managing, { label: "short", bytesMax: 10, perMinute: 100 });
  await inboxes.ring(token, { text: "é".repeat(5) });
  await refused(
    "TooLarge",
    () => inboxes.ring(token, { text: `${"é".repeat(5)}x` }),
    /at most 10 bytes, this one is 11/,
  );
  const silent = await inboxes.createBell(managing, { label: "silent", bytesMax: 0 });
  await inboxes.ring(silent.token, { text: "", title: "only a title" });
  await refused("TooLarge", () => inboxes.ring(silent.token, { text: "x" }), /at most 0 bytes/);
});

test("rings in all are exact, however many come at once", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes } = world;
  const { bell, token } = await inboxes.createBell(world.managing, { label: "b", ringsMax: 50, perMinute: 1_000 });
  const rung = await Promise.allSettled(Array.from({ length: 200 }, () => inboxes.ring(token, { text: "" })));
  assert.equal(rung.filter(({ status }) => status === "fulfilled").length, 50);
  const codes = rung.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []));
  assert.deepEqual(new Set(codes), new Set(["BellUsedUp"]));
  const { rings, refused: count, state } = await inboxes.bell(world.managing, bell.id);
  assert.deepEqual([rings, count, state], [50, 150, "usedUp"]);
});

test("under the same idempotency key it is stored once, also when it comes many times at once", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes } = world;
  const { token } = await world.bell();
  using reader = await inboxes.open(world.reading);
  const heard: number[] = [];
  reader.subscribe((newest) => heard.push(newest));
  const said: Publication = { text: "once", tags: ["a"] };
  const rung = await Promise.all(Array.from({ length: 20 }, () => inboxes.ring(token, said, "key")));
  assert.equal(new Set(rung.map(({ id }) => id)).size, 1);
  assert.equal(rung.filter(({ isRepeat }) => !isRepeat).length, 1);
  await refused("KeyReused", () => inboxes.ring(token, { text: "other" }, "key"));
  const again = await inboxes.ring(token, { text: "once", tags: ["a"], priority: 3 }, "key");
  assert.equal(again.isRepeat, true);
  const other = await world.bell("other");
  assert.equal((await inboxes.ring(other.token, said, "key")).isRepeat, false, "a key is of its bell alone");
  await until("the other's ring", () => heard.at(-1) === 2);
  assert.deepEqual(heard, [1, 2]);
});

test("T31 a full inbox refuses if it was told so, else lets go of its oldest", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing } = world;
  const { token } = await world.bell();
  await inboxes.changeInbox(managing, { retention: { itemsMax: 3, whenFull: "refuse" } });
  for (let count = 0; count < 3; count += 1) await inboxes.ring(token, { text: String(count) });
  await refused("InboxFull", () => inboxes.ring(token, { text: "4" }));
  using reader = await inboxes.open(world.reading);
  assert.equal(reader.newest, 3);
  await inboxes.changeInbox(managing, { retention: { whenFull: "dropOldest" } });
  await inboxes.ring(token, { text: "5" });
  const [inbox] = await inboxes.inboxes(managing.credential);
  assert.deepEqual([inbox?.newest, inbox?.oldest, inbox?.retention.itemsMax], [4, 2, 3]);
  // A reader that is behind goes on with what is still there.
  assert.equal((await reader.fetch(0)).sequence, 2);
});

test("what is too old is let go of without anybody ringing", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing } = world;
  const { token } = await world.bell();
  await inboxes.changeInbox(managing, { retention: { ageMaxMs: 60_000 } });
  await inboxes.ring(token, { text: "old" });
  world.clock.advance(10 * 60_000);
  await until("its end", async () => (await inboxes.inboxes(managing.credential))[0]?.oldest === 2);
  using reader = await inboxes.open(world.reading);
  assert.deepEqual(await reader.fetch(0), { text: "", sequence: 0 });
});

for (const [given, code] of [
  [{ text: "\u0000" }, "InvalidItem"],
  [{ text: "x".repeat(4_097) }, "TooLarge"],
  [{ text: "", click: "file:///etc/passwd" }, "InvalidItem"],
] as const)
  test(`what is no item never crosses: ${JSON.stringify(given).slice(0, 40)} is ${code}`, limit, async () => {
    await using world = await InboxWorld.start();
    const { token, id } = await world.bell();
    await refused(code, () => world.inboxes.ring(token, given));
    await refused("InvalidArgument", () => world.inboxes.ring(token, { text: "" }, "é"));
    assert.equal((await world.inboxes.bell(world.managing, id)).refused, 0);
  });

test("what gets past a door that does not look is looked at all the same, and counted", limit, async () => {
  await using world = await InboxWorld.start();
  const { token, id } = await world.bell();
  const plain = { token, text: "", title: undefined, priority: undefined, tags: [], click: undefined };
  const ring = { ...plain, idempotencyKey: undefined };
  for (const wrong of [
    { text: "\u0000" },
    { title: "a\nb" },
    { priority: 9 },
    { tags: [""] },
    { click: "javascript:alert(1)" },
    { idempotencyKey: "" },
  ]) {
    const answer = await world.all.Ring({ ...ring, ...wrong });
    assert.equal(answer.kind, "refused", JSON.stringify(wrong));
  }
  const bell = await world.inboxes.bell(world.managing, id);
  assert.deepEqual([bell.rings, bell.refused], [0, 6]);
  assert.deepEqual(world.failed, []);
});
