import assert from "node:assert/strict";
import { test } from "node:test";

import { again, runs } from "@doorbell-js/test-support/seed";
import * as fc from "fast-check";

import { ItemQueue, NotificationQueue, Queue } from "../../../src/line/client/streams.ts";
import { LineError } from "../../../src/line/errors.ts";
import { fails, settle, Watched } from "../../support/client-mock.ts";

test("queue: readers get values in order, whoever was first", async () => {
  const queue = new Queue<number>();
  queue.put(1);
  queue.put(2);
  const reads = [queue.next(), queue.next(), queue.next(), queue.next()];
  queue.put(3);
  queue.put(4);
  assert.deepEqual(
    (await Promise.all(reads)).map(({ value }) => value),
    [1, 2, 3, 4],
  );
});

test("queue: its end comes after what it has; without an error readers are told that it is done, with one they fail", async () => {
  const done = new Queue<number>();
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
  const failed = new Queue<number>();
  const waiting = failed.next();
  failed.end(new LineError("Disconnected", "lost"));
  failed.end();
  await fails(waiting, "Disconnected");
  await fails(failed.next(), "Disconnected");
});

test("queue: a read that was given up takes no value from the next", async () => {
  const queue = new Queue<number>();
  await fails(queue.next(AbortSignal.abort()), "Aborted");
  const controller = new AbortController();
  const [given, kept] = [queue.next(controller.signal), queue.next()];
  controller.abort();
  queue.put(1);
  await fails(given, "Aborted");
  assert.deepEqual(await kept, { done: false, value: 1 });
  const late = queue.next(controller.signal);
  await fails(late, "Aborted");
});

test("item queue: asks for items only while somebody waits for one", async () => {
  let asked = 0;
  const queue = new ItemQueue(() => (asked += 1));
  assert.equal(queue.isReady, false);
  const first = new Watched(queue.next());
  assert.deepEqual([queue.isReady, asked], [true, 1]);
  queue.receive("a");
  queue.receive("b");
  await settle();
  assert.deepEqual([first.value?.value, queue.isReady], ["a", false]);
  assert.deepEqual([(await queue.next()).value, asked], ["b", 1]);
  queue.receive("c");
  assert.deepEqual([queue.takeUnread(), queue.takeUnread()], [["c"], []]);
});

test(`notification queue: bounded, and one at least of every source is kept (${again})`, async () => {
  const source = fc.constantFrom("random", "classified", "network", "clock");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(source, fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 8 }),
      async (bursts) => {
        const queue = new NotificationQueue();
        let put = 0;
        for (const [name, times] of bursts) for (let n = 0; n < times; n++, put++) queue.put({ source: name });
        const kept: string[] = [];
        queue.end();
        for (let next = await queue.next(); next.done !== true; next = await queue.next()) kept.push(next.value.source);
        assert.ok(kept.length <= 1_000, `${kept.length} are kept`);
        assert.equal(kept.length + queue.coalesced, put, "each is kept, or counted as one with another");
        assert.deepEqual(new Set(kept), new Set(bursts.map(([name]) => name)), "of every source that had one");
      },
    ),
    runs(100),
  );
});

test("notification queue: below its bound nothing becomes one with another", async () => {
  const queue = new NotificationQueue();
  for (let n = 0; n < 1_000; n++) queue.put({ source: "random" });
  assert.equal(queue.coalesced, 0);
  queue.put({ source: "random" });
  assert.equal(queue.coalesced, 1);
});

test("notification queue: a server that makes up names costs no more than one that does not", () => {
  const queue = new NotificationQueue();
  const began = process.cpuUsage();
  for (let n = 0; n < 500; n++) queue.put({ source: "random" });
  for (let n = 0; n < 20_000; n++) queue.put({ source: `s${n}` });
  const { user, system } = process.cpuUsage(began);
  const usedMs = (user + system) / 1_000;
  assert.ok(usedMs < 2_000, `it used ${usedMs} ms of the processor`);
  assert.equal(queue.coalesced, 19_500);
});
