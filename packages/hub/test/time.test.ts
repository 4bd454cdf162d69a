import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { pause } from "../src/time.ts";

test("a pause ends when its time is over, not before, and leaves nothing", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let isOver = false;
  const waiting = pause(clock, 1_000, signal).then(() => (isOver = true));
  clock.advance(999);
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  clock.advance(1);
  await waiting;
  assert.equal(clock.pending, 0);
});

test("a signal ends a pause at once; one that was given before lets none begin", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const waiting = pause(clock, 1_000, stop.signal);
  assert.equal(clock.pending, 1);
  stop.abort();
  // A pause that goes on is still in the clock.
  assert.equal(clock.pending, 0);
  await waiting;
  await pause(clock, 1_000, stop.signal);
  assert.equal(clock.pending, 0);
});
