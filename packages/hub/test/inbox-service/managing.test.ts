/** Inboxes and bells are managed: what is made, changed and ended, and each limit of it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { InboxWorld } from "../support/inbox-world.ts";
import { refused } from "../support/refused.ts";

const limit = { timeout: 120_000 };

test("an inbox is made with two keys, changed, listed and deleted", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, owner } = world;
  const made = await inboxes.createInbox(owner, { name: "builds", retention: { itemsMax: 5 } });
  assert.match(made.readingKey, /^read_/);
  assert.match(made.managingKey, /^manage_/);
  assert.deepEqual(
    [made.inbox.name, made.inbox.newest, made.inbox.oldest, made.inbox.bells, made.inbox.createdAt],
    ["builds", 0, 1, 0, world.now],
  );
  assert.deepEqual(made.inbox.retention, {
    itemsMax: 5,
    ageMaxMs: 2_592_000_000,
    bytesMax: 67_108_864,
    whenFull: "dropOldest",
  });
  await refused("InvalidArgument", () => inboxes.createInbox(owner, { name: "builds" }));
  const renamed = await inboxes.changeInbox(
    { credential: made.managingKey },
    { name: "deploys", retention: { ageMaxMs: null } },
  );
  assert.deepEqual([renamed.name, renamed.retention.ageMaxMs, renamed.retention.itemsMax], ["deploys", null, 5]);
  assert.deepEqual(
    (await inboxes.inboxes(owner)).map(({ name }) => name),
    ["me", "deploys"],
  );
  for (const key of [made.readingKey, made.managingKey])
    assert.deepEqual(
      (await inboxes.inboxes(key)).map(({ name }) => name),
      ["deploys"],
    );
  await inboxes.deleteInbox({ credential: owner, inbox: made.inbox.id });
  await refused("AccessDenied", () => inboxes.open({ credential: made.readingKey }));
  await refused("NotFound", () => inboxes.bells({ credential: owner, inbox: made.inbox.id }));
  await refused("InvalidArgument", () => inboxes.bells({ credential: owner }), /say which one/);
});

test("a bell is made, changed, shown and revoked; its token is told once", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing } = world;
  const { bell, token } = await inboxes.createBell(managing, {
    label: "backup",
    ringsMax: 5,
    expiresAt: world.now + 5,
  });
  assert.match(token, /^[\w-]{32}$/);
  assert.deepEqual(bell, {
    id: bell.id,
    label: "backup",
    state: "active",
    createdAt: world.now,
    perMinute: 60,
    bytesMax: 4_096,
    ringsMax: 5,
    expiresAt: world.now + 5,
    rings: 0,
    refused: 0,
    lastRangAt: null,
  });
  assert.deepEqual(await inboxes.bells(managing), [bell]);
  const changed = await inboxes.changeBell(managing, bell.id, { label: "b", paused: true, ringsMax: null });
  assert.deepEqual(changed, { ...bell, label: "b", state: "paused", ringsMax: null });
  assert.deepEqual(await inboxes.bell(managing, bell.id), { ...changed, ringsByHour: [] });
  await inboxes.revokeBell(managing, bell.id);
  // It rang never, so nothing of it is kept.
  assert.deepEqual(await inboxes.bells(managing), []);
  await refused("NotFound", () => inboxes.bell(managing, bell.id));
  for (const id of [0, -1, 1.5, 2 ** 53, Number.NaN]) await refused("NotFound", () => inboxes.bell(managing, id));
  await refused("InvalidArgument", () => inboxes.bell(managing, "1" as never));
});

test("a bell of another inbox is none of this one's", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing, owner } = world;
  const other = await inboxes.createInbox(owner, { name: "other" });
  const { bell, token } = await inboxes.createBell({ credential: other.managingKey }, { label: "theirs" });
  await refused("NotFound", () => inboxes.bell(managing, bell.id));
  await refused("NotFound", () => inboxes.changeBell(managing, bell.id, { paused: true }));
  await refused("NotFound", () => inboxes.revokeBell(managing, bell.id));
  await inboxes.ring(token, { text: "" });
});

test("what is asked for wrongly is refused before anything is changed", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing, owner } = world;
  const { id } = await world.bell("as it was");
  for (const ask of [
    () => inboxes.createInbox(owner, { name: "No Name" }),
    () => inboxes.createInbox(owner, { name: "ok", retention: { itemsMax: 0 } }),
    () => inboxes.changeInbox(managing, { name: "" }),
    () => inboxes.changeInbox(managing, { retention: { bytesMax: 1 } }),
    () => inboxes.createBell(managing, { label: "" }),
    () => inboxes.createBell(managing, { label: "x", perMinute: 0 }),
    () => inboxes.createBell(managing, { label: "x", expiresAt: world.now }),
    () => inboxes.changeBell(managing, id, { label: "x".repeat(65) }),
    () => inboxes.changeBell(managing, id, { label: "new", bytesMax: 4_097 }),
    () => inboxes.changeBell(managing, id, { label: "new", paused: "yes" as never }),
    () => inboxes.renewKey(managing, "owner" as never),
    () => inboxes.openSession(owner, 0),
    () => inboxes.openSession(owner, 30 * 24 * 60 * 60_000 + 1),
    () => inboxes.openSession(owner, "12h" as never),
  ])
    await refused("InvalidArgument", ask);
  assert.equal((await inboxes.inboxes(owner)).length, 1);
  assert.deepEqual(
    (await inboxes.bells(managing)).map(({ label }) => label),
    ["as it was"],
  );
});

test("T31 a thousand bells of an inbox, and not one more; revoked ones do not count", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, managing } = world;
  const made = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => inboxes.createBell(managing, { label: `bell ${index}` })),
  );
  await refused("LimitReached", () => inboxes.createBell(managing, { label: "one more" }));
  const listed = await inboxes.bells(managing);
  assert.deepEqual(
    listed.map(({ id }) => id),
    made.map(({ bell }) => bell.id).toSorted((a, b) => a - b),
  );
  assert.equal((await inboxes.inboxes(managing.credential))[0]?.bells, 1_000);
  await inboxes.revokeBell(managing, listed[0]?.id ?? 0);
  await inboxes.createBell(managing, { label: "in its place" });
});

test("T31 a thousand inboxes, and not one more; all are listed", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, owner } = world;
  await Promise.all(Array.from({ length: 999 }, (_, index) => inboxes.createInbox(owner, { name: `i${index}` })));
  await refused("LimitReached", () => inboxes.createInbox(owner, { name: "more" }));
  const listed = await inboxes.inboxes(owner);
  assert.equal(new Set(listed.map(({ name }) => name)).size, 1_000);
});

test("T31 a hundred sessions: one more ends the one that would end first, and what it had open", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, owner } = world;
  const first = await inboxes.openSession(owner, 1_000);
  using reader = await inboxes.open({ credential: first, inbox: 1 });
  const others = await Promise.all(Array.from({ length: 99 }, () => inboxes.openSession(owner, 2_000)));
  assert.equal(await inboxes.isSession(first), true);
  await inboxes.openSession(owner, 2_000);
  assert.equal(await inboxes.isSession(first), false);
  for (const session of others) assert.equal(await inboxes.isSession(session), true);
  await refused("AccessDenied", () => reader.fetch(0));
});

test("a client that is closed refuses what is asked, and leaves nothing behind", limit, async () => {
  const world = await InboxWorld.start();
  await using _ = world;
  const { token } = await world.bell();
  const reader = await world.inboxes.open(world.reading);
  await world.inboxes[Symbol.asyncDispose]();
  await reader.ended;
  await refused("Unavailable", () => reader.fetch(0));
  await refused("Unavailable", () => world.inboxes.ring(token, { text: "" }));
  await refused("Unavailable", () => world.inboxes.bells(world.managing));
  await refused("Unavailable", () => world.inboxes.open(world.reading));
  assert.deepEqual(world.failed, []);
});
