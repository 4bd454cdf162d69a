/** T24 of the keys by which calls are answered: they cannot be guessed, and a guess does nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kind } from "../../../src/kernel/ring/layout.ts";
import { connectTo } from "../../../src/kernel/thread/connection.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { randomKeys } from "../../../src/kernel/workers/workers.ts";
import { LoneStation } from "../support/lone-station.ts";
import { RawLane } from "../support/raw-lane.ts";

const bits = 53;

test("T24 keys are whole numbers of 53 bits, no two alike, each bit as often set as not", (t) => {
  const next = randomKeys();
  const count = 200_000;
  const keys = new Set<number>();
  const set = new Float64Array(bits);
  for (let drawn = 0; drawn < count; drawn += 1) {
    const key = next();
    assert(Number.isSafeInteger(key) && key >= 0);
    keys.add(key);
    for (let bit = 0; bit < bits; bit += 1) set[bit] = (set[bit] as number) + (Math.floor(key / 2 ** bit) % 2);
  }
  // Two alike of so many of 2 ** 53 are to be expected once in 450,000 runs.
  assert.equal(keys.size, count, "a key came twice");
  // Six standard deviations: one bit of one run in ten million is beyond.
  const most = Math.max(...[...set].map((ones) => Math.abs(ones - count / 2)));
  assert(most < 6 * Math.sqrt(count / 4), "a bit is not random");
  report(t, `T24 keys: ${count} drawn, alike 0, bits off by ${((most / count) * 100).toFixed(2)} % at most`);
});

test("T24 answers, and words that it was passed on, with guessed keys do nothing to a call", async (t) => {
  using lone = new LoneStation();
  const { station } = lone;
  const peer = 9;
  const connecting = connectTo(station, Sid.random());
  const [{ request } = { request: 0 }] = lone.asked("connect");
  const { told, there } = lone.lay(peer);
  station.control.handle(told);
  station.control.handle({ type: "connected", request, peer, connection: 0, queueMax: 4, opcodes: undefined });
  const connection: Connection = await connecting;
  const call = connection.blockingScalar(1);
  let outcome = "waits";
  call.then(
    () => (outcome = "answered"),
    () => (outcome = "failed"),
  );
  const key = there.read()?.e ?? 0;
  const guess = randomKeys();
  let guesses = 0;
  const tryKey = (wrong: number): void => {
    assert.notEqual(wrong, key);
    const index = guesses % 3;
    there.write({ kind: Kind.passedAnswer, id: 1, words: [666], ...RawLane.named(index, wrong) });
    there.write({ kind: Kind.passed, id: 999, words: [8], ...RawLane.named(index, wrong) });
    station.control.handle({ type: "passed", call: index, key: wrong, depth: 8, holder: 999 });
    station.lanes.drain();
    guesses += 1;
  };
  const flipped = Array.from({ length: bits }, (_, bit) => {
    const isSet = Math.floor(key / 2 ** bit) % 2 === 1;
    return isSet ? key - 2 ** bit : key + 2 ** bit;
  });
  // Three times, for every place in the table.
  for (const wrong of [...flipped, ...flipped, ...flipped, 0, -key, key + 2 ** bits, Number.NaN, Infinity])
    tryKey(wrong);
  while (guesses < 300_000) tryKey(guess());
  await new Promise(setImmediate);
  assert.equal(outcome, "waits", "a guess ended a call");
  assert.deepEqual(lone.asked("quarantine"), []);
  // The right one is taken, whoever it comes from.
  there.write({ kind: Kind.passedAnswer, id: 1, words: [7], ...RawLane.named(0, key) });
  station.lanes.drain();
  assert.deepEqual([...(await call)], [7]);
  report(t, `T24 keys: ${guesses} guesses, three ways each, right ${zero(guesses)}`);
});
