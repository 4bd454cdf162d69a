import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Random } from "../../src/source/builtin.ts";

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function newRandom(
  perMinute: number,
  random: () => number = chance(1),
): { readonly clock: FakeClock; readonly source: Random } {
  const clock = new FakeClock();
  return { clock, source: new Random({ perMinute, clock, random }) };
}

test("there is a number from the start, and it is given again and again until there is a new one", () => {
  const { clock, source } = newRandom(12);
  const first = source.fetch(0);
  assert.match(first.text, /^\d+$/);
  assert.deepEqual(source.fetch(first.sequence), first);
  clock.skip();
  const second = source.fetch(first.sequence);
  assert.equal(second.sequence, first.sequence + 1);
  assert.notEqual(second.text, first.text);
});

test("a reader who missed some gets the newest, and is not told of the rest", () => {
  const { clock, source } = newRandom(12);
  for (let times = 0; times < 9; times += 1) clock.skip();
  const item = source.fetch(1);
  assert.equal(item.sequence, 10);
  assert.deepEqual(source.fetch(item.sequence), item);
});

for (const [chosen, number] of [
  [0, "0"],
  [1 - 2 ** -53, String(2 ** 53 - 1)],
] as const)
  test(`by the chance ${chosen} the number is ${number}`, () => {
    assert.equal(newRandom(0, () => chosen).source.fetch(0).text, number);
  });

test("numbers are spread over the whole range, and are safe integers", () => {
  const { clock, source } = newRandom(60);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let times = 0; times < 10_000; times += 1) {
    const number = Number(source.fetch(0).text);
    assert.ok(Number.isSafeInteger(number) && number >= 0);
    const tenth = Math.floor((number / 2 ** 53) * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    clock.skip();
  }
  for (const count of tenths) assert.ok(count > 850 && count < 1_150, tenths.join(" "));
});

test("they come as often as asked for on average, at times that vary as an exponential does", () => {
  const { clock, source } = newRandom(60);
  const waits: number[] = [];
  let last = 0;
  source.subscribe(() => {
    waits.push(clock.now() - last);
    last = clock.now();
  });
  clock.advance(10_000_000);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  assert.ok(Math.abs(mean - 1_000) < 30, `mean ${mean}`);
  // Of an exponential, 1 - 1/e are below the mean.
  const below = waits.filter((wait) => wait < mean).length / waits.length;
  assert.ok(Math.abs(below - 0.632) < 0.02, `below ${below}`);
});

test("a clock that is always late does not slow them down", () => {
  const clock = new FakeClock();
  const late = {
    now: () => clock.now(),
    after: (delayMs: number, run: () => void) => clock.after(Math.ceil(delayMs) + 3, run),
  };
  const source = new Random({ perMinute: 6_000, clock: late, random: chance(2) });
  clock.advance(600_000);
  const { newest } = source.subscribe(() => {});
  assert.ok(Math.abs(newest - 60_000) < 1_500, `${newest} numbers in ten minutes`);
});

test("at a rate of 0 nothing waits, and nothing comes", () => {
  const { clock, source } = newRandom(0);
  assert.equal(clock.pending, 0);
  assert.equal(source.subscribe(() => {}).newest, 1);
});

test("once it is disposed of nothing waits any more", () => {
  const { clock, source } = newRandom(12);
  clock.skip();
  assert.equal(clock.pending, 1);
  source[Symbol.dispose]();
  source[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
