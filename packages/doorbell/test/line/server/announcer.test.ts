import assert from "node:assert/strict";
import { test } from "node:test";

import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { Announcer, type Listener, type Ring, sourceEntry } from "../../../src/line/server/output.ts";
import { FakeDefer } from "../../support/fake-defer.ts";

class Recorder implements Listener {
  readonly heard: string[] = [];
  readonly #also: () => void;

  constructor(also: () => void = () => {}) {
    this.#also = also;
  }

  rang(rings: readonly Ring[], lines: Uint8Array): void {
    this.heard.push(
      rings.map(({ entry, sequence }) => `${entry.name} ${sequence}`).join(", "),
      Buffer.from(lines).toString(),
    );
    this.#also();
  }
}

function announcing(): {
  turn: FakeDefer;
  announcer: Announcer;
  random: ReturnType<typeof sourceEntry>;
  ads: ReturnType<typeof sourceEntry>;
} {
  const turn = new FakeDefer();
  const entry = (name: string, index: number): ReturnType<typeof sourceEntry> =>
    sourceEntry(name, new MemorySource(), index);
  return { turn, announcer: new Announcer(turn.defer), random: entry("random", 0), ads: entry("classified", 1) };
}

test("the rings of one turn go out together, in order, at its end", () => {
  const { turn, announcer, random, ads } = announcing();
  const listener = new Recorder();
  announcer.add(listener);
  announcer.ring(random, 1);
  announcer.ring(ads, 1);
  announcer.ring(random, 2);
  assert.deepEqual(listener.heard, []);
  assert.equal(turn.waiting, 1);
  turn.endTurn();
  assert.deepEqual(listener.heard, [
    "random 1, classified 1, random 2",
    "notif: random\r\nnotif: classified\r\nnotif: random\r\n",
  ]);
  turn.endTurn();
  assert.equal(listener.heard.length, 2);
  announcer.ring(random, 3);
  turn.endTurn();
  assert.equal(listener.heard.length, 4);
});

test("of each source the first ring is pointed out: the one with the lowest number", () => {
  const { turn, announcer, random, ads } = announcing();
  let pointedOut: readonly string[] = [];
  announcer.add({
    rang: (_rings, _lines, firsts) => (pointedOut = firsts.map(({ entry, sequence }) => `${entry.name} ${sequence}`)),
  });
  for (const [entry, sequence] of [
    [random, 3],
    [ads, 1],
    [random, 4],
    [ads, 2],
  ] as const)
    announcer.ring(entry, sequence);
  turn.endTurn();
  assert.deepEqual(pointedOut, ["random 3", "classified 1"]);
});

test("a number that is not newer is no news, and nor is one that is no number", () => {
  const { turn, announcer, random } = announcing();
  const listener = new Recorder();
  announcer.add(listener);
  announcer.ring(random, 5);
  for (const sequence of [5, 4, 0, -1, 5.5, NaN, Infinity]) announcer.ring(random, sequence);
  turn.endTurn();
  assert.equal(listener.heard[0], "random 5");
  assert.equal(random.newest, 5);
});

test("who comes hears nothing of what rang before, and those who were there hear it first", () => {
  const { turn, announcer, random } = announcing();
  const [first, second] = [new Recorder(), new Recorder()];
  announcer.add(first);
  announcer.ring(random, 1);
  announcer.add(second);
  turn.endTurn();
  assert.equal(first.heard[0], "random 1");
  assert.deepEqual(second.heard, []);
  assert.equal(announcer.listeners, 2);
});

test("who goes hears no more, also when another listener makes it go", () => {
  const { turn, announcer, random } = announcing();
  const last = new Recorder();
  const first = new Recorder(() => announcer.delete(last));
  announcer.add(first);
  announcer.add(last);
  announcer.ring(random, 1);
  turn.endTurn();
  assert.equal(first.heard.length, 2);
  assert.deepEqual(last.heard, []);
  announcer.delete(first);
  announcer.ring(random, 2);
  turn.endTurn();
  assert.equal(first.heard.length, 2);
  assert.equal(announcer.listeners, 0);
});

test("without listeners nothing is kept and nothing is scheduled, but the newest number is known", () => {
  const { turn, announcer, random } = announcing();
  announcer.ring(random, 7);
  assert.equal(turn.waiting, 0);
  assert.equal(random.newest, 7);
  const listener = new Recorder();
  announcer.add(listener);
  announcer.flush();
  assert.deepEqual(listener.heard, []);
});

test("listeners are told 128 at a time, by turns, each all rounds since it listens, in their order", () => {
  const { turn, announcer, random } = announcing();
  const listeners = Array.from({ length: 300 }, () => new Recorder());
  for (const listener of listeners) announcer.add(listener);
  const told = (): number => listeners.filter(({ heard }) => heard.length > 0).length;
  announcer.ring(random, 1);
  turn.endTurn();
  assert.equal(told(), 128);
  // One comes and one goes amid of it, one that was not told leaves the mode: that is told at once.
  const late = new Recorder();
  announcer.add(late);
  announcer.delete(listeners[299] ?? assert.fail());
  announcer.ring(random, 2);
  announcer.tell(listeners[298] ?? assert.fail());
  assert.deepEqual(
    listeners[298]?.heard.filter((_, index) => index % 2 === 0),
    ["random 1", "random 2"],
  );
  turn.endTurn();
  assert.equal(told(), 257);
  let turns = 0;
  for (; turn.waiting > 0; turns += 1) turn.endTurn();
  assert.equal(turns, 4, "the end of that pass, and one of those who have not heard the second ring");
  for (const { heard } of listeners.slice(0, 299))
    assert.deepEqual(heard, ["random 1", "notif: random\r\n", "random 2", "notif: random\r\n"]);
  assert.deepEqual(listeners[299]?.heard, []);
  assert.deepEqual(late.heard, ["random 2", "notif: random\r\n"]);
});

for (const [rings, batches] of [
  [1_024, 0],
  [16 * 1_024, 0],
  [17 * 1_024, 17],
  [34 * 1_024 + 1, 34],
] as const)
  test(`${rings} rings in one turn are ${batches} rounds before its end: what a turn rings does not grow without bound`, () => {
    const { turn, announcer, random } = announcing();
    const listener = new Recorder();
    announcer.add(listener);
    for (let sequence = 1; sequence <= rings; sequence += 1) announcer.ring(random, sequence);
    assert.equal(listener.heard.length / 2, batches);
    turn.endTurn();
    assert.equal(
      listener.heard.filter((_, index) => index % 2 === 1).join("").length,
      rings * "notif: random\r\n".length,
    );
  });
