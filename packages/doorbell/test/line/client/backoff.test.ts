import assert from "node:assert/strict";
import { test } from "node:test";

import { again, Random, runs } from "@doorbell-js/test-support/seed";
import * as fc from "fast-check";

import { Backoff } from "../../../src/line/time.ts";

const numbers = (from: number): (() => number) => {
  const random = new Random(from);
  return () => random.below(2 ** 31) / 2 ** 31;
};

test(`backoff: each wait is within a time that doubles up to its limit (${again})`, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.nat(2 ** 31),
      (firstMs, maxMs, from) => {
        const backoff = new Backoff({ firstMs, maxMs, random: numbers(from) });
        for (let attempt = 0; attempt < 40; attempt++) {
          const wait = backoff.next();
          assert.ok(wait >= 0 && wait < Math.min(maxMs, firstMs * 2 ** attempt), `attempt ${attempt}: ${wait} ms`);
        }
      },
    ),
    runs(200),
  );
});

test("backoff: the same numbers, the same waits; a reset begins anew", () => {
  const backoff = (): Backoff => new Backoff({ firstMs: 1_000, maxMs: 30_000, random: numbers(7) });
  const one = backoff();
  const other = backoff();
  const waits = Array.from({ length: 10 }, () => one.next());
  assert.deepEqual(
    waits,
    Array.from({ length: 10 }, () => other.next()),
  );
  assert.ok(Math.max(...waits) > 1_000, "the time grows");
  one.reset();
  assert.ok(one.next() < 1_000);
});

test("backoff: a thousand failures are no overflow", () => {
  const backoff = new Backoff({ firstMs: 1_000, maxMs: 30_000, random: () => 0.999 });
  for (let attempt = 0; attempt < 1_000; attempt++) assert.ok(backoff.next() < 30_000);
  assert.ok(backoff.next() > 29_000);
});
