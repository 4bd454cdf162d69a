import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { Inbox } from "../../../src/line/client/core/inbox.ts";
import { ItemInbox } from "../../../src/line/client/core/item-inbox.ts";
import { NotificationInbox } from "../../../src/line/client/core/notification-inbox.ts";
import { LineError } from "../../../src/line/errors.ts";
import { fails, settle, Watched } from "../../support/client-mock.ts";
import { again, runs } from "../../support/property.ts";

test("inbox: readers get values in order, whoever was first", async () => {
  const inbox = new Inbox<number>();
  inbox.put(1);
  inbox.put(2);
  const reads = [inbox.next(), inbox.next(), inbox.next(), inbox.next()];
  inbox.put(3);
  inbox.put(4);
  assert.deepEqual(
    (await Promise.all(reads)).map(({ value }) => value),
    [1, 2, 3, 4],
  );
});

test("inbox: its end comes after what it has; without an error readers are told that it is done, with one they fail", async () => {
  const done = new Inbox<number>();
  done.put(1);
  done.end();
  done.put(2);
  assert.deepEqual(
    [await done.next(), await done.next()],
    [
      { done: false, value: 1 },
      { done: true, value: undefined },
    ],
  );
  const failed = new Inbox<number>();
  const waiting = failed.next();
  failed.end(new LineError("Disconnected", "lost"));
  failed.end();
  await fails(waiting, "Disconnected");
  await fails(failed.next(), "Disconnected");
});

test("inbox: a read that was given up takes no value from the next", async () => {
  const inbox = new Inbox<number>();
  await fails(inbox.next(AbortSignal.abort()), "Aborted");
  const controller = new AbortController();
  const [given, kept] = [inbox.next(controller.signal), inbox.next()];
  controller.abort();
  inbox.put(1);
  await fails(given, "Aborted");
  assert.deepEqual(await kept, { done: false, value: 1 });
  const late = inbox.next(controller.signal);
  await fails(late, "Aborted");
});

test("item inbox: asks for items only while somebody waits for one", async () => {
  let asked = 0;
  const inbox = new ItemInbox(() => (asked += 1));
  assert.equal(inbox.isReady, false);
  const first = new Watched(inbox.next());
  assert.deepEqual([inbox.isReady, asked], [true, 1]);
  inbox.receive("a");
  inbox.receive("b");
  await settle();
  assert.deepEqual([first.value?.value, inbox.isReady], ["a", false]);
  assert.deepEqual([(await inbox.next()).value, asked], ["b", 1]);
  inbox.receive("c");
  assert.deepEqual([inbox.takeUnread(), inbox.takeUnread()], [["c"], []]);
});

test(`notification inbox: bounded, and one at least of every source is kept (${again})`, async () => {
  const source = fc.constantFrom("random", "classified", "network", "clock");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(source, fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 8 }),
      async (bursts) => {
        const inbox = new NotificationInbox();
        let put = 0;
        for (const [name, times] of bursts) for (let n = 0; n < times; n++, put++) inbox.put({ source: name });
        const kept: string[] = [];
        inbox.end();
        for (let next = await inbox.next(); next.done !== true; next = await inbox.next()) kept.push(next.value.source);
        assert.ok(kept.length <= 1_000, `${kept.length} are kept`);
        assert.equal(kept.length + inbox.coalesced, put, "each is kept, or counted as one with another");
        assert.deepEqual(new Set(kept), new Set(bursts.map(([name]) => name)), "of every source that had one");
      },
    ),
    runs(100),
  );
});

test("notification inbox: below its bound nothing becomes one with another", async () => {
  const inbox = new NotificationInbox();
  for (let n = 0; n < 1_000; n++) inbox.put({ source: "random" });
  assert.equal(inbox.coalesced, 0);
  inbox.put({ source: "random" });
  assert.equal(inbox.coalesced, 1);
});

test("notification inbox: a server that makes up names costs no more than one that does not", () => {
  const inbox = new NotificationInbox();
  const began = performance.now();
  for (let n = 0; n < 500; n++) inbox.put({ source: "random" });
  for (let n = 0; n < 20_000; n++) inbox.put({ source: `s${n}` });
  const tookMs = performance.now() - began;
  assert.ok(tookMs < 2_000, `it took ${tookMs} ms`);
  assert.equal(inbox.coalesced, 19_500);
});
