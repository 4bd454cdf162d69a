import assert from "node:assert/strict";
import { test } from "node:test";

import { type Fetched, MemorySource, type Source } from "@doorbell-js/doorbell/line";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until } from "@doorbell-js/test-support/until";

import { Classifieds, Random } from "../../src/source/builtin.ts";
import { openStore } from "../../src/store/sql-store.ts";
import { status } from "../support/mock-backend.ts";
import { SourceWorld } from "../support/source-world.ts";

/** A source, and how one more item comes about. */
interface Subject {
  readonly source: Source;
  add(): void | Promise<unknown>;
  /** Ends what it took. */
  readonly end?: () => Promise<void>;
}

/** What holds for every source, whatever there is to be told of. */
const subjects: Readonly<Record<string, () => Subject | Promise<Subject>>> = {
  Random() {
    const clock = new FakeClock();
    return { source: new Random({ perMinute: 12, clock, random: Math.random }), add: () => clock.skip() };
  },
  Classifieds() {
    const source = new Classifieds(openStore({ memory: true }).ads);
    let number = 0;
    return { source, add: () => source.post(`ad ${(number += 1)}`) };
  },
  MemorySource() {
    const source = new MemorySource({ keep: 5 });
    let number = 0;
    return { source, add: () => source.push(`item ${(number += 1)}`) };
  },
  "MemorySource that repeats"() {
    const source = new MemorySource({ keep: 1, repeat: true });
    let number = 0;
    return { source, add: () => source.push(`item ${(number += 1)}`) };
  },
  "random over the kernel": () => linked("random", (world) => world.newNumber()),
  "classified over the kernel"() {
    let number = 0;
    return linked("classified", (world) => world.post(`ad ${(number += 1)}`));
  },
  "network over the kernel"() {
    let number = 0;
    return linked("network", (world) => world.changeNetwork(status(`v${(number += 1)}`)));
  },
};

/** A source behind its servers, as the door has it: through its public face, told by a bell. */
async function linked(
  name: "random" | "classified" | "network",
  act: (world: SourceWorld) => void | Promise<void>,
): Promise<Subject> {
  const world = await SourceWorld.start();
  const source = await world.link(name);
  let told = source.subscribe(() => {}).newest;
  source.subscribe((newest) => (told = newest));
  return {
    source,
    async add() {
      const before = told;
      await act(world);
      await until("its ring", () => told > before);
    },
    end: () => world[Symbol.asyncDispose](),
  };
}

for (const [name, subject] of Object.entries(subjects)) {
  const holds = (what: string, run: (subject: Subject) => Promise<void>): void =>
    void test(`${name}: ${what}`, { timeout: 60_000 }, async () => {
      const made = await subject();
      try {
        await run(made);
      } finally {
        await made.end?.();
      }
    });

  holds("each item rings once, with its number, one more than the last", async ({ source, add }) => {
    const rings: number[] = [];
    const { newest } = source.subscribe((number) => rings.push(number));
    for (let times = 0; times < 10; times += 1) await add();
    assert.deepEqual(
      rings,
      Array.from({ length: 10 }, (_, index) => newest + index + 1),
    );
  });

  holds(
    "a subscription knows the newest number, and ends when it is disposed of, twice too",
    async ({ source, add }) => {
      const rings: number[] = [];
      const first = source.subscribe((number) => rings.push(number));
      await add();
      const second = source.subscribe((number) => rings.push(number));
      assert.equal(second.newest, first.newest + 1);
      first[Symbol.dispose]();
      first[Symbol.dispose]();
      await add();
      assert.deepEqual(rings, [first.newest + 1, second.newest + 1]);
      second[Symbol.dispose]();
      await add();
      assert.equal(rings.length, 2);
    },
  );

  holds("the same function can subscribe twice, and is rung for each", async ({ source, add }) => {
    let rings = 0;
    const ring = (): void => void (rings += 1);
    const first = source.subscribe(ring);
    source.subscribe(ring);
    await add();
    assert.equal(rings, 2);
    first[Symbol.dispose]();
    await add();
    assert.equal(rings, 3);
  });

  holds("a reader who fetches comes to the newest item, in order, and no further", async ({ source, add }) => {
    for (let times = 0; times < 10; times += 1) await add();
    const { newest } = source.subscribe(() => {});
    let read = Math.max(0, newest - (source.unread ?? 1));
    const texts = new Set<string>();
    while (read < newest) {
      const item: Fetched = await source.fetch(read);
      assert.ok(item.sequence > read && item.sequence <= newest, `${item.sequence} after ${read}`);
      assert.notEqual(item.text, "");
      texts.add(item.text);
      read = item.sequence;
    }
    assert.ok(texts.size >= 1);
    const { text, sequence } = await source.fetch(read);
    assert.equal(sequence, newest);
    // Nothing, or, where the newest is given again and again, that one.
    assert.ok(text === "" || texts.has(text));
  });

  holds("an item that rings can be fetched at once", async ({ source, add }) => {
    const fetched: (Fetched | Promise<Fetched>)[] = [];
    source.subscribe((number) => fetched.push(source.fetch(number - 1)));
    for (let times = 0; times < 3; times += 1) await add();
    const items: Fetched[] = [];
    for (const item of fetched) items.push(await item);
    assert.equal(items.length, 3);
    for (const { text } of items) assert.notEqual(text, "");
    assert.equal(new Set(items.map(({ sequence }) => sequence)).size, 3);
  });

  holds(
    "a reader who is far behind, or who claims to be ahead, gets an answer of the right shape",
    async ({ source, add }) => {
      for (let times = 0; times < 20; times += 1) await add();
      const { newest } = source.subscribe(() => {});
      const behind = await source.fetch(0);
      assert.ok(behind.sequence >= 1 && behind.sequence <= newest);
      assert.notEqual(behind.text, "");
      assert.equal((await source.fetch(newest + 5)).sequence, newest + 5);
    },
  );
}
