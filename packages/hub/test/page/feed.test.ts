import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import type { Item, Page } from "../../src/page/core/api.ts";
import {
  arrived,
  emptyFeed,
  feedOf,
  missed,
  older,
  beforeOf,
  rows,
  SHOWN_MAX,
} from "../../src/page/core/inbox-view.ts";
import { item } from "../support/items.ts";

const numbers = (items: readonly Item[]): readonly number[] => items.map(({ sequence }) => sequence);
const page = (from: number, to: number, more: boolean, newest: number = from): Page => ({
  items: Array.from({ length: Math.max(0, from - to + 1) }, (_, at) => item(from - at)),
  more,
  newest,
  oldest: 1,
});

test("what arrives stands before what was there", () => {
  const feed = arrived(feedOf(page(3, 1, false)), item(4));
  assert.deepEqual(numbers(feed.items), [4, 3, 2, 1]);
  assert.equal(feed.newest, 4);
});

test("what arrives twice is there once", () => {
  const feed = arrived(arrived(feedOf(page(3, 1, false)), item(4)), item(4));
  assert.deepEqual(numbers(feed.items), [4, 3, 2, 1]);
  assert.equal(arrived(feed, item(2)), feed);
});

test("older items stand after what was there, each once", () => {
  const feed = older(feedOf(page(9, 5, true)), page(6, 1, false, 12));
  assert.deepEqual(numbers(feed.items), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.equal(feed.more, false);
  assert.equal(feed.newest, 9, "what arrived meanwhile comes by the stream");
});

test("so many are shown, and the others are fetched again", () => {
  let feed = emptyFeed;
  for (let sequence = 1; sequence <= SHOWN_MAX; sequence += 1) feed = arrived(feed, item(sequence));
  assert.equal(feed.items.length, SHOWN_MAX);
  assert.equal(feed.more, false);
  feed = arrived(feed, item(SHOWN_MAX + 1));
  assert.equal(feed.items.length, SHOWN_MAX);
  assert.equal(feed.more, true);
  assert.equal(beforeOf(feed), 2);
  assert.equal(beforeOf(older(feed, page(1, 1, false))), 1);
});

test("a search goes on where the hub stopped, and not at what it found last", () => {
  const found = feedOf({ ...page(90, 90, true, 100), next: 40 });
  assert.equal(beforeOf(found), 40);
  assert.equal(beforeOf(arrived(found, item(101))), 40);
  const more = older(found, { ...page(30, 29, true), next: 20 });
  assert.deepEqual(numbers(more.items), [90, 30, 29]);
  assert.equal(beforeOf(more), 20);
  assert.equal(beforeOf(older(more, page(19, 18, true))), 18, "a page that is full says nothing of where it goes on");
});

test("what a full feed let go of is fetched again, also of a search", () => {
  let feed = feedOf({ ...page(2, 1, true), next: 1 });
  for (let sequence = 3; sequence <= SHOWN_MAX + 2; sequence += 1) feed = arrived(feed, item(sequence));
  assert.equal(beforeOf(feed), 3);
});

test("what is missing is told where it is missing", () => {
  let feed = missed(feedOf(page(3, 1, false)), { from: 4, to: 6 });
  feed = arrived(feed, item(7));
  assert.deepEqual(rows(feed), [item(7), { from: 4, to: 6 }, item(3), item(2), item(1)]);
  assert.equal(missed(feed, { from: 2, to: 3 }), feed, "what was seen is not missing");
  assert.equal(missed(feed, { from: 9, to: 8 }), feed);
  assert.deepEqual(missed(feed, { from: 5, to: 9 }).gaps[0], { from: 8, to: 9 });
});

test("a gap in an inbox that has nothing else is shown", () => {
  assert.deepEqual(rows(missed(emptyFeed, { from: 1, to: 4 })), [{ from: 1, to: 4 }]);
});

test("whatever is repeated, lost or paged, every item is there once and in order", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.array(fc.oneof(fc.constant("page" as const), fc.integer({ min: 0, max: 5 })), { maxLength: 60 }),
      (start, steps) => {
        const size = 7;
        const below = (before: number): Page => page(before - 1, Math.max(1, before - size), before - size > 1, start);
        let feed = feedOf(below(start + 1));
        let sent = start;
        for (const step of steps)
          if (step === "page") feed = older(feed, below(beforeOf(feed)));
          else {
            // A reconnection repeats the last few.
            for (let again = Math.max(1, sent - step); again <= sent; again += 1) feed = arrived(feed, item(again));
            feed = arrived(feed, item((sent += 1)));
          }
        const expected = Array.from({ length: sent - beforeOf(feed) + 1 }, (_, at) => sent - at);
        assert.deepEqual(numbers(feed.items), expected);
        assert.equal(feed.newest, sent);
      },
    ),
    runs(300),
  );
});
