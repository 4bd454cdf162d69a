import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { type Deadline, Deadlines } from "../../../src/line/server/deadlines.ts";

function deadlinesOf(durationMs: number): { clock: FakeClock; list: Deadlines<string>; due: string[] } {
  const clock = new FakeClock();
  const due: string[] = [];
  return {
    clock,
    due,
    list: new Deadlines<string>(clock, durationMs, (item) => due.push(`${item} at ${clock.now()}`)),
  };
}

test("each falls due after its duration, not a millisecond before", () => {
  const { clock, list, due } = deadlinesOf(100);
  list.start("a");
  clock.advance(40);
  list.start("b");
  clock.advance(59);
  assert.deepEqual(due, []);
  clock.advance(1);
  assert.deepEqual(due, ["a at 100"]);
  clock.advance(100);
  assert.deepEqual(due, ["a at 100", "b at 140"]);
  assert.equal(clock.pending, 0);
});

test("what is postponed starts anew; what is cancelled never falls due; one timer serves all", () => {
  const { clock, list, due } = deadlinesOf(100);
  const [a, , c] = ["a", "b", "c"].map((item) => list.start(item)) as [
    Deadline<string>,
    Deadline<string>,
    Deadline<string>,
  ];
  assert.equal(clock.pending, 1);
  clock.advance(50);
  list.postpone(a);
  list.cancel(c);
  clock.advance(200);
  assert.deepEqual(due, ["b at 100", "a at 150"]);
});

test("no timer is left when the last is cancelled, and cancelling twice does nothing", () => {
  const { clock, list, due } = deadlinesOf(100);
  const only = list.start("a");
  list.cancel(only);
  list.cancel(only);
  assert.equal(clock.pending, 0);
  list.start("b");
  clock.advance(100);
  assert.deepEqual(due, ["b at 100"]);
});

test("one that is started by one that fell due does not make the others late", () => {
  const clock = new FakeClock();
  const due: string[] = [];
  const list = new Deadlines<string>(clock, 100, (item) => {
    due.push(`${item} at ${clock.now()}`);
    if (item === "a") list.start("c");
  });
  list.start("a");
  clock.advance(50);
  list.start("b");
  clock.advance(200);
  assert.deepEqual(due, ["a at 100", "b at 150", "c at 200"]);
});

test("one that throws as it falls due does not make the others late", () => {
  const clock = new FakeClock();
  const due: string[] = [];
  const list = new Deadlines<string>(clock, 100, (item) => {
    if (item === "a") throw new Error("scripted");
    due.push(`${item} at ${clock.now()}`);
  });
  list.start("a");
  clock.advance(10);
  list.start("b");
  assert.throws(() => clock.advance(90), /scripted/);
  clock.advance(10);
  assert.deepEqual(due, ["b at 110"]);
});

test("with a duration of Infinity nothing falls due and no timer is set", () => {
  const { clock, list, due } = deadlinesOf(Infinity);
  const one = list.start("a");
  list.postpone(one);
  assert.equal(clock.pending, 0);
  clock.advance(1e12);
  list.cancel(one);
  assert.deepEqual(due, []);
});

test("whatever is started, postponed and cancelled, each falls due exactly at its time", () => {
  const moves = fc.array(fc.tuple(fc.constantFrom("start", "postpone", "cancel", "advance"), fc.nat(120)), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(moves, (list) => {
      const { clock, list: deadlines, due } = deadlinesOf(100);
      const open = new Map<string, { deadline: Deadline<string>; at: number }>();
      const expected: string[] = [];
      for (const [number, [move, value]] of list.entries()) {
        const [name, chosen] = [...open][value % Math.max(1, open.size)] ?? [];
        if (move === "start")
          open.set(`d${number}`, { deadline: deadlines.start(`d${number}`), at: clock.now() + 100 });
        if (move === "postpone" && chosen !== undefined) {
          deadlines.postpone(chosen.deadline);
          chosen.at = clock.now() + 100;
        }
        if (move === "cancel" && chosen !== undefined) {
          deadlines.cancel(chosen.deadline);
          open.delete(name as string);
        }
        if (move !== "advance") continue;
        clock.advance(value);
        const over = [...open].filter(([, { at }]) => at <= clock.now());
        for (const [item, { at }] of over) {
          expected.push(`${item} at ${at}`);
          open.delete(item);
        }
        assert.deepEqual(due.toSorted(), expected.toSorted());
      }
      assert.equal(clock.pending, open.size === 0 ? 0 : 1);
    }),
    runs(1_000),
  );
});
