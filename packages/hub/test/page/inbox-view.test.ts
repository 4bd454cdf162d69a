import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Api, type Item, type Page } from "../../src/page/core/api.ts";
import { InboxView } from "../../src/page/core/inbox-view.ts";
import { item, itemEvent } from "../support/items.ts";
import { MockHttp, settled } from "../support/mock-http.ts";

/** An inbox that the mock has, and how it is looked at. */
class World implements Disposable {
  readonly http = new MockHttp();
  readonly clock = new FakeClock();
  readonly told: (readonly number[])[] = [];
  readonly view: InboxView;
  stored: Item[];
  /** How many items a search looks at before its deadline. */
  lookedAt = Number.MAX_SAFE_INTEGER;

  constructor(count: number) {
    this.stored = Array.from({ length: count }, (_, at) => item(at + 1));
    this.http.answers["GET /v1/items"] = (path: string) => this.#page(new URL(path, "http://hub").searchParams);
    const told = (items: readonly Item[]): void => void this.told.push(items.map(({ sequence }) => sequence));
    this.view = new InboxView(
      new Api((...request) => this.http.fetch(...request)),
      3,
      { clock: this.clock, random: () => 1 },
      told,
    );
  }

  get shown(): readonly number[] {
    return this.view.feed.value.items.map(({ sequence }) => sequence);
  }

  get found(): readonly number[] | undefined {
    return this.view.search.value?.found?.items.map(({ sequence }) => sequence);
  }

  rings(text: string = "new"): void {
    const sequence = this.stored.length + 1;
    this.stored.push(item(sequence, { text }));
    this.http.stream.write(itemEvent(sequence, { text }));
  }

  [Symbol.dispose](): void {
    this.view[Symbol.dispose]();
  }

  #page(query: URLSearchParams): Page {
    assert.equal(query.get("inbox"), "3");
    const before = Number(query.get("before") ?? Number.POSITIVE_INFINITY);
    const search = query.get("search") ?? "";
    const limit = Number(query.get("limit"));
    const newest = this.stored.length;
    const last = search === "" ? 1 : Math.min(before, newest + 1) - this.lookedAt;
    const wanted = this.stored
      .filter(({ sequence, text }) => sequence >= last && sequence < before && text.includes(search))
      .toReversed();
    const next = wanted.length <= limit && last > 1 ? { next: last } : {};
    return { items: wanted.slice(0, limit), more: wanted.length > limit || last > 1, newest, oldest: 1, ...next };
  }
}

test("the newest page comes first, and then what is after it", async () => {
  using world = new World(60);
  assert.equal(world.view.isLoaded.value, false);
  await settled();
  assert.equal(world.view.isLoaded.value, true);
  assert.equal(world.shown.length, 50);
  assert.equal(world.http.stream.path, "/v1/events?inbox=3&after=60");
  world.rings();
  await settled();
  assert.deepEqual(world.shown.slice(0, 2), [61, 60]);
});

test("older pages come on request, until there are none", async () => {
  using world = new World(120);
  await settled();
  await world.view.older();
  assert.equal(world.shown.length, 100);
  assert.equal(world.view.feed.value.more, true);
  await world.view.older();
  assert.equal(world.shown.length, 120);
  assert.equal(world.view.feed.value.more, false);
});

test("what came while the hub was away is caught up with, and nothing is repeated", async () => {
  using world = new World(2);
  await settled();
  world.rings();
  await settled();
  world.http.stream.fail();
  await settled();
  world.stored.push(item(4), item(5));
  world.clock.skip();
  world.clock.skip();
  await settled();
  assert.equal(world.http.stream.path, "/v1/events?inbox=3&after=3");
  for (const sequence of [3, 4, 5]) world.http.stream.write(itemEvent(sequence));
  await settled();
  assert.deepEqual(world.shown, [5, 4, 3, 2, 1]);
});

test("items that are gone are told as a gap, and the stream goes on after them", async () => {
  using world = new World(2);
  await settled();
  world.http.stream.write('event: gap\ndata: {"from":3,"to":9}\n\n');
  world.http.stream.write("event: gap\ndata: nonsense\n\n");
  await settled();
  assert.deepEqual(world.view.feed.value.gaps, [{ from: 3, to: 9 }]);
  world.http.stream.write(itemEvent(10));
  await settled();
  assert.deepEqual(world.shown, [10, 2, 1]);
});

test("a hub with another store is looked at from the beginning", async () => {
  using world = new World(5);
  await settled();
  world.http.stream.write('id: 0\nevent: reset\ndata: {"newest":2}\n\n');
  for (const sequence of [1, 2]) world.http.stream.write(itemEvent(sequence, { text: "other" }));
  await settled();
  assert.deepEqual(world.shown, [2, 1]);
  assert.equal(world.view.feed.value.items[0]?.text, "other");
});

test("what is no item is left alone", async () => {
  using world = new World(1);
  await settled();
  for (const data of ["nonsense", "null", "[]", '{"sequence":"2"}', '{"sequence":2,"id":"x"}'])
    world.http.stream.write(`event: item\ndata: ${data}\n\n`);
  world.http.stream.write("event: ready\ndata: {}\n\n");
  await settled();
  assert.deepEqual(world.shown, [1]);
});

test("what arrives together is told together, in order", async () => {
  using world = new World(0);
  await settled();
  world.rings();
  world.rings();
  await settled();
  assert.deepEqual(world.told, []);
  world.clock.advance(250);
  assert.deepEqual(world.told, [[1, 2]]);
  world.rings();
  await settled();
  world.clock.advance(250);
  assert.deepEqual(world.told, [[1, 2], [3]]);
});

test("a search shows what the hub finds, and what arrives and has it", async () => {
  using world = new World(3);
  await settled();
  await world.view.lookFor("text 2");
  assert.deepEqual(world.found, [2]);
  world.rings("nothing of it");
  world.rings("a TEXT 2 of its own");
  await settled();
  assert.deepEqual(world.found, [5, 2]);
  await world.view.lookFor("");
  assert.equal(world.view.search.value, undefined);
  assert.deepEqual(world.shown, [5, 4, 3, 2, 1]);
});

test("a search has older pages too", async () => {
  using world = new World(70);
  await settled();
  await world.view.lookFor("text");
  assert.equal(world.found?.length, 50);
  await world.view.older();
  assert.equal(world.found?.length, 70);
  assert.equal(world.shown.length, 50, "what is not searched is as it was");
});

test("a search that the hub ends at its deadline goes on until there is something to show", async () => {
  using world = new World(100);
  world.lookedAt = 10;
  await settled();
  const asked = world.http.requests.length;
  await world.view.lookFor("text 7");
  assert.deepEqual(world.found, [79, 78, 77, 76, 75, 74, 73, 72, 71], "of 100 to 71 in three pages");
  assert.equal(world.http.requests.length - asked, 3);
  await world.view.older();
  assert.deepEqual(world.found?.slice(9), [70]);
  await world.view.older();
  assert.deepEqual(world.found?.slice(9), [70, 7], "from 60 on");
  assert.equal(world.view.search.value?.found?.more, false);
});

test("a search that finds nothing has ended only when all was looked at", async () => {
  using world = new World(35);
  world.lookedAt = 10;
  await settled();
  const more: unknown[] = [];
  world.http.answers["GET /v1/items"] = ((page) => (path: string) => {
    more.push(world.view.search.value?.found?.more);
    return page(path);
  })(world.http.answers["GET /v1/items"] as (path: string) => Page);
  await world.view.lookFor("nowhere");
  assert.deepEqual(more, [undefined, true, true, true]);
  assert.deepEqual(world.found, []);
  assert.equal(world.view.search.value?.found?.more, false);
});

test("what arrives while the hub searches is found, too", async () => {
  using world = new World(3);
  await settled();
  const looking = world.view.lookFor("text");
  world.http.stream.write(itemEvent(4, { text: "text of its own" }));
  world.http.stream.write(itemEvent(5, { text: "nothing of it" }));
  await looking;
  assert.deepEqual(world.found, [4, 3, 2, 1]);
});

test("a search is given up when another text is looked for, and with the view", async () => {
  const world = new World(3);
  await settled();
  const signals: AbortSignal[] = [];
  const { fetch } = world.http;
  world.http.fetch = (path, options) => {
    signals.push(options.signal);
    return fetch(path, options);
  };
  void world.view.lookFor("text 1");
  void world.view.lookFor("text 2");
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
  );
  world[Symbol.dispose]();
  assert.equal(signals[1]?.aborted, true);
  await settled();
  assert.equal(world.view.failure.value, "");
});

test("an answer to what is not looked for any more is not shown", async () => {
  using world = new World(3);
  await settled();
  const first = world.view.lookFor("text 1");
  const second = world.view.lookFor("text 2");
  await Promise.all([first, second]);
  assert.deepEqual(world.found, [2]);
});

test("a page that cannot be had is told, and can be asked for again", async () => {
  using world = new World(60);
  await settled();
  world.http.isUp = false;
  await world.view.older();
  assert.equal(world.view.failure.value, "The hub cannot be reached.");
  assert.equal(world.shown.length, 50);
  world.http.isUp = true;
  await world.view.older();
  assert.equal(world.view.failure.value, "");
  assert.equal(world.shown.length, 60);
});
