import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { Rates } from "../../src/inbox/rates.ts";

test("T31 so many a minute, in a burst of as many; the one past it is told how long to wait", () => {
  const clock = new FakeClock();
  const rates = new Rates<string>({ clock });
  for (let times = 0; times < 60; times += 1) assert.equal(rates.take("a", 60), 0);
  assert.equal(rates.take("a", 60), 1_000);
  assert.equal(rates.take("b", 60), 0, "another is not held back");
  clock.advance(999);
  assert.equal(rates.take("a", 60), 1);
  clock.advance(1);
  assert.equal(rates.take("a", 60), 0);
  assert.equal(rates.take("a", 60), 1_000);
});

test("one a minute, and a minute later one more", () => {
  const clock = new FakeClock();
  const rates = new Rates<number>({ clock });
  assert.equal(rates.take(1, 1), 0);
  assert.equal(rates.take(1, 1), 60_000);
  clock.advance(60_000);
  assert.equal(rates.take(1, 1), 0);
});

test("another rate holds from the next time on, and what was forgotten begins anew", () => {
  const clock = new FakeClock();
  const rates = new Rates<number>({ clock });
  for (let times = 0; times < 10; times += 1) assert.equal(rates.take(1, 10), 0);
  assert.ok(rates.take(1, 10) > 0);
  assert.ok(rates.take(1, 1_000) > 0, "a higher rate fills no bucket at once");
  clock.advance(60);
  assert.equal(rates.take(1, 1_000), 0);
  rates.forget(1);
  assert.equal(rates.take(1, 1), 0);
});

test("T31 past so many keys, the one not heard of for longest is forgotten", () => {
  const clock = new FakeClock();
  const rates = new Rates<number>({ clock, keysMax: 2 });
  assert.equal(rates.take(1, 1), 0);
  assert.equal(rates.take(2, 1), 0);
  assert.ok(rates.take(1, 1) > 0);
  assert.equal(rates.take(3, 1), 0);
  assert.ok(rates.take(1, 1) > 0, "the one that was heard of is kept count of");
  assert.equal(rates.take(2, 1), 0, "the one that was not is new");
});

test("in no stretch of time more than a burst and what the rate gives for it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 400 }),
      (perMinute, waits) => {
        const clock = new FakeClock();
        const rates = new Rates<string>({ clock });
        let taken = 0;
        for (const wait of waits) {
          clock.advance(wait);
          const waitMs = rates.take("a", perMinute);
          if (waitMs === 0) taken += 1;
          assert.ok(taken <= perMinute + (clock.now() * perMinute) / 60_000 + 1e-6);
          if (waitMs > 0) {
            // What it says is true: then, and not a millisecond before by more than rounding.
            assert.ok(waitMs <= Math.ceil(60_000 / perMinute));
          }
        }
      },
    ),
    runs(300),
  );
});
