/** Inboxes that are opened: one server for each credential, one bell for all readers here, and their ends. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until, within } from "@doorbell-js/test-support/until";

import { connectInboxes } from "../../src/inbox-service/client.ts";
import { RefusedError } from "../../src/inbox/rules.ts";
import type { Page } from "../../src/inbox/types.ts";
import { InboxWorld } from "../support/inbox-world.ts";
import { refused } from "../support/refused.ts";

const limit = { timeout: 60_000 };

/** Servers that are no narrowed ids. */
async function servers(world: InboxWorld): Promise<number> {
  return (await world.kernel.inspect()).servers.filter(({ narrowed }) => !narrowed).length;
}

test("a hundred readers of one inbox: one server, one bell, and each hears each ring", limit, async () => {
  await using world = await InboxWorld.start();
  const { token } = await world.bell();
  const one = await world.inboxes.open(world.reading);
  const before = await world.kernel.inspect();
  const readers = [one];
  while (readers.length < 100) readers.push(await world.inboxes.open(world.reading));
  const heard = readers.map((): number[] => []);
  for (const [index, reader] of readers.entries()) reader.subscribe((newest) => heard[index]?.push(newest));
  const { servers: after } = await world.kernel.inspect();
  assert.equal(after.length, before.servers.length);
  for (let count = 1; count <= 3; count += 1) {
    await world.inboxes.ring(token, { text: "" });
    await until(`ring ${count}`, () => heard.every((numbers) => numbers.at(-1) === count));
  }
  for (const numbers of heard) assert.deepEqual(numbers, [1, 2, 3]);
  // Who has closed it hears nothing more, also what it subscribed to itself.
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  await world.inboxes.ring(token, { text: "" });
  await until("the others", () => heard.slice(1).every((numbers) => numbers.at(-1) === 4));
  assert.deepEqual(heard[0], [1, 2, 3]);
  for (const reader of readers) reader[Symbol.dispose]();
});

test("what nobody holds ends after a while, and can be opened again", limit, async () => {
  await using world = await InboxWorld.start();
  const before = await servers(world);
  const answer = await world.all.Open({ ...world.reading, inbox: undefined, before: undefined });
  assert.equal(answer.kind, "done");
  assert.equal(await servers(world), before + 1);
  world.clock.advance(29_999);
  assert.equal(await servers(world), before + 1);
  world.clock.advance(1);
  await until("its end", async () => (await servers(world)) === before);
  using reader = await world.inboxes.open(world.reading);
  world.clock.advance(60_000);
  assert.deepEqual(await reader.fetch(0), { text: "", sequence: 0 }, "it is held, and did not end");
});

for (const who of ["reading key", "session", "owner"] as const)
  test(`a reader ends with what opened it: ${who}`, limit, async () => {
    await using world = await InboxWorld.start();
    const { inboxes, owner } = world;
    const [me] = await inboxes.inboxes(owner);
    assert.ok(me !== undefined);
    const session = await inboxes.openSession(owner, 60_000);
    const credential = { "reading key": world.reading.credential, session, owner }[who];
    const access = who === "reading key" ? { credential } : { credential, inbox: me.id };
    using reader = await inboxes.open(access);
    using other = await inboxes.open({ credential: owner, inbox: me.id });
    assert.deepEqual([reader.id, reader.name], [me.id, "me"]);
    if (who === "reading key") await inboxes.renewKey(world.managing, "read");
    if (who === "session") await inboxes.closeSession(session);
    if (who === "owner") await inboxes.deleteInbox({ credential: owner, inbox: me.id });
    assert.equal(await within("its end", reader.ended), who === "owner" ? "deleted" : "renewed");
    await refused(who === "owner" ? "NotFound" : "AccessDenied", () => reader.fetch(0));
    await refused(who === "owner" ? "NotFound" : "AccessDenied", () => reader.page({}));
    await refused(who === "owner" ? "NotFound" : "AccessDenied", () => inboxes.open(access));
    if (who !== "owner") assert.equal((await other.fetch(0)).text, "");
  });

test("a session that has ended by itself reads nothing more", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes, owner } = world;
  const { token } = await world.bell();
  await inboxes.ring(token, { text: "secret" });
  const session = await inboxes.openSession(owner, 60_000);
  using reader = await inboxes.open({ credential: session, inbox: 1 });
  world.clock.advance(59_999);
  assert.notEqual((await reader.fetch(0)).text, "");
  assert.equal(await inboxes.isSession(session), true);
  world.clock.advance(1);
  assert.equal(await inboxes.isSession(session), false);
  await refused("AccessDenied", () => reader.page({}));
  await within("its end", reader.ended);
});

test("a page: from the newest, after a number, before one, and what is looked for", limit, async () => {
  await using world = await InboxWorld.start();
  const { token } = await world.bell();
  for (let count = 1; count <= 7; count += 1) await world.inboxes.ring(token, { text: `item ${count}` });
  using reader = await world.inboxes.open(world.reading);
  const page = async (query: object): Promise<unknown> => {
    const { items, more, newest, oldest } = JSON.parse(await reader.page(query)) as {
      items: { sequence: number }[];
      [name: string]: unknown;
    };
    return [items.map(({ sequence }) => sequence), more, newest, oldest];
  };
  assert.deepEqual(await page({}), [[7, 6, 5, 4, 3, 2, 1], false, 7, 1]);
  assert.deepEqual(await page({ limit: 2 }), [[7, 6], true, 7, 1]);
  assert.deepEqual(await page({ after: 5 }), [[6, 7], false, 7, 1]);
  assert.deepEqual(await page({ before: 3, limit: 1 }), [[2], true, 7, 1]);
  assert.deepEqual(await page({ search: "ITEM 4" }), [[4], false, 7, 1]);
  await refused("InvalidArgument", () => reader.page({ limit: 101 }));
  const answered = await world.all.Open({ ...world.reading, inbox: undefined, before: undefined });
  assert.equal(answered.kind, "done");
});

/** An inbox of 600 items, of which the first alone is looked for; and what its store is asked. */
async function searched(world: InboxWorld): Promise<{ readonly looks: { at: number } }> {
  const { token } = await world.bell();
  await world.inboxes.ring(token, { text: "needle" });
  await Promise.all(Array.from({ length: 599 }, () => world.inboxes.ring(token, { text: "hay" })));
  const { inboxes } = world.store;
  const looks = { at: 0 };
  const page = inboxes.page.bind(inboxes);
  inboxes.page = (inbox, query) => {
    looks.at += 1;
    return page(inbox, query);
  };
  return { looks };
}

test(
  "a search goes through an inbox in steps of 256 items, either way, until it has found as many as are wanted",
  limit,
  async () => {
    await using world = await InboxWorld.start();
    const { looks } = await searched(world);
    using reader = await world.inboxes.open(world.reading);
    const found = async (query: object): Promise<unknown> => {
      looks.at = 0;
      const { items, more, next } = JSON.parse(await reader.page(query)) as Page;
      return [items.map(({ sequence }) => sequence), more, next, looks.at];
    };
    assert.deepEqual(await found({ search: "needle" }), [[1], false, undefined, 3]);
    assert.deepEqual(await found({ search: "needle", after: 0 }), [[1], false, undefined, 3]);
    assert.deepEqual(await found({ search: "needle", after: 0, limit: 1 }), [[1], true, 256, 1], "there may be more");
    assert.deepEqual(await found({ search: "nowhere", before: 256 }), [[], false, undefined, 1]);
    assert.deepEqual(await found({ search: "nowhere", before: 257 }), [[], false, undefined, 2]);
    assert.deepEqual(await found({ search: "hay", limit: 2 }), [[600, 599], true, undefined, 1]);
  },
);

test(
  "a search ends with whoever wanted it, at its deadline with where it goes on; a key has one at a time",
  limit,
  async () => {
    await using world = await InboxWorld.start();
    const { looks } = await searched(world);
    const clock = new FakeClock();
    await using inboxes = connectInboxes(world.kernel, { onError: (cause) => assert.fail(String(cause)), clock });
    using reader = await inboxes.open(world.reading);
    const { store } = world;
    const page = store.inboxes.page.bind(store.inboxes);
    let during = (): void => {};
    store.inboxes.page = (inbox, query) => {
      during();
      return page(inbox, query);
    };
    const leaving = new AbortController();
    during = () => leaving.abort();
    looks.at = 0;
    const left = JSON.parse(await reader.page({ search: "nowhere" }, leaving.signal)) as Page;
    assert.deepEqual([left.items, left.more, left.next, looks.at], [[], true, 345, 1], "nobody waited for more");
    // The time is over amid of the second step.
    looks.at = 0;
    during = () => clock.advance(looks.at === 1 ? 5_000 : 0);
    const cut = JSON.parse(await reader.page({ search: "needle" })) as Page;
    assert.deepEqual([cut.items, cut.more, cut.next, looks.at], [[], true, 89, 2]);
    during = () => {};
    const rest = JSON.parse(await reader.page({ search: "needle", before: cut.next ?? 0 })) as Page;
    assert.deepEqual([rest.items.map(({ sequence }) => sequence), rest.more], [[1], false]);
    // What is rung between two steps is not looked at, so whoever goes on after the newest of the page has to find it.
    const { token } = await world.bell("late");
    let rung: Promise<unknown> | undefined;
    during = () => void (looks.at === 1 && (rung = world.inboxes.ring(token, { text: "later" })));
    const before = await reader.latest();
    looks.at = 0;
    const beside = JSON.parse(await reader.page({ search: "needle" })) as Page;
    await rung;
    assert.deepEqual([beside.items.map(({ sequence }) => sequence), beside.newest, looks.at], [[1], before, 3]);
    during = () => {};
    // Three at once are one after another; one that waits too long is told when to come again.
    looks.at = 0;
    const three = ["needle", "nowhere", "hay"].map((search) => reader.page({ search, limit: 1 }));
    await three[0];
    assert.equal(looks.at, 3);
    await Promise.all(three);
    during = () => clock.advance(5_000);
    const [, late] = await Promise.allSettled([reader.page({ search: "needle" }), reader.page({ search: "needle" })]);
    assert.equal(late.status, "rejected");
    assert.deepEqual([late.reason.code, late.reason.retryAfterMs], ["RateLimited", 5_000]);
    // What is no search waits for none.
    await reader.page({});
  },
);

test(
  "a thousand readers that ask how far an inbox is at once are two questions, and each knows of what was rung before it asked",
  limit,
  async () => {
    await using world = await InboxWorld.start();
    const { token } = await world.bell();
    using reader = await world.inboxes.open(world.reading);
    const { inboxes } = world.store;
    const page = inboxes.page.bind(inboxes);
    let looks = 0;
    inboxes.page = (inbox, query) => {
      looks += 1;
      return page(inbox, query);
    };
    const first = reader.latest();
    const others = Array.from({ length: 999 }, () => reader.latest());
    assert.deepEqual(new Set(await Promise.all([first, ...others])), new Set([0]));
    assert.equal(looks, 2);
    // One asks before a ring, the others when it is stored, the first answer still on its way.
    let answer = (): void => {};
    const until = new Promise<void>((resolve) => (answer = resolve));
    inboxes.page = async (inbox, query) => {
      const found = await page(inbox, query);
      await until;
      return found;
    };
    const early = reader.latest();
    await world.inboxes.ring(token, { text: "rung" });
    const late = [reader.latest(), reader.latest()];
    answer();
    assert.deepEqual(await Promise.all(late), [1, 1]);
    assert((await early) <= 1);
    // A failure is for those that asked it.
    inboxes.page = () => Promise.reject(new RefusedError({ code: "StoreFailed", message: "no page now" }));
    const failing = reader.latest();
    const next = reader.latest();
    await assert.rejects(failing, { code: "StoreFailed" });
    inboxes.page = page;
    assert.equal(await next, 1);
  },
);

test("T31 a page is cut to 256 KiB, and says that there is more", limit, async () => {
  await using world = await InboxWorld.start();
  const { token } = await world.bell();
  const text = '"'.repeat(4_096);
  for (let count = 0; count < 60; count += 1) await world.inboxes.ring(token, { text });
  using reader = await world.inboxes.open(world.reading);
  const seen: number[] = [];
  for (let more = true, after = 0; more;) {
    const json = await reader.page({ after, limit: 100 });
    assert.ok(Buffer.byteLength(json) <= 262_144, `${json.length}`);
    const page = JSON.parse(json) as { items: { sequence: number }[]; more: boolean };
    assert.ok(page.items.length > 0);
    seen.push(...page.items.map(({ sequence }) => sequence));
    ({ more } = page);
    after = seen.at(-1) ?? 0;
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
});

test("a bell that is revoked while another rings: no notice of it, all of the other's", limit, async () => {
  await using world = await InboxWorld.start();
  const { inboxes } = world;
  const good = await world.bell("good");
  const bad = await world.bell("bad");
  using reader = await inboxes.open(world.reading);
  const heard: number[] = [];
  reader.subscribe((newest) => heard.push(newest));
  const ringing = Array.from({ length: 100 }, (_, index) =>
    Promise.allSettled([
      inboxes.ring(good.token, { text: `good ${index}` }),
      inboxes.ring(bad.token, { text: `bad ${index}` }),
    ]),
  );
  await inboxes.revokeBell(world.managing, bad.id);
  const after = (await inboxes.inboxes(world.owner))[0]?.newest ?? 0;
  for (let count = 0; count < 20; count += 1) {
    await refused("UnknownBell", () => inboxes.ring(bad.token, { text: "too late" }));
    await inboxes.ring(good.token, { text: "still" });
  }
  const outcomes = (await Promise.all(ringing)).flat();
  const stored = outcomes.filter(({ status }) => status === "fulfilled").length + 20;
  await until("the last ring", () => heard.at(-1) === stored);
  assert.ok(
    heard.every((newest, index) => index === 0 || newest > (heard[index - 1] ?? 0)),
    "a number was told twice",
  );
  // What is numbered after the revocation is of the good bell alone.
  for (let read = after; read < stored; read += 1) {
    const { bell } = JSON.parse((await reader.fetch(read)).text) as { bell: { label: string } };
    assert.equal(bell.label, "good");
  }
});

test("when the inboxes' server is started anew, readers go on where they were", limit, async () => {
  await using world = await InboxWorld.start();
  const { token } = await world.bell();
  using reader = await world.inboxes.open(world.reading);
  const heard: number[] = [];
  reader.subscribe((newest) => heard.push(newest));
  for (let round = 0; round < 3; round += 1) {
    await world.inboxes.ring(token, { text: "" });
    await until("its ring", () => heard.length === round + 1);
    await world.quit();
    const fetching = reader.fetch(round);
    // It may be refused, as its server ends: under its key it can be rung again.
    const ringing = world.inboxes.ring(token, { text: "meanwhile" }, `key ${round}`).catch(() => {});
    await world.serve();
    assert.equal((await fetching).sequence, round + 1);
    await ringing;
    await world.inboxes.ring(token, { text: "meanwhile" }, `key ${round}`);
    await until("what came meanwhile", () => heard.at(-1) === 2 * (round + 1));
    heard.length = round + 1;
  }
});
