/** T22: clocks that leap, wall clocks that are set, delays that no timer takes: nothing expires by it, or runs in a loop. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";

import { connect } from "../../../src/line/client/client.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { systemClock } from "../../../src/line/time.ts";
import { LeapClock } from "../../support/client-leap-clock.ts";
import { World } from "../../support/client-world.ts";
import { MockCarrier } from "../../support/mock-carrier.ts";

const DAY_MS = 86_400_000;
const RUNS = 200;
const TIMERS_PER_SECOND_MAX = 10;
const travel = { delayMaxMs: 20, segmentMax: Infinity };

test("T22 clock: after a leap of 30 days all is heard of within a minute, and no timer runs in a loop", async (t) => {
  const random = new Random();
  let most = 0;
  let leaps = 0;
  for (let run = 0; run < RUNS; run++) {
    const got: string[] = [];
    const ads: string[] = [];
    const clock = new LeapClock();
    const world = new World({
      seed: random.below(2 ** 31),
      travel,
      clock,
      client: { received: { classified: (ad) => void got.push(ad) } },
    });
    for (let leap = 0; leap < 3; leap++, leaps++) {
      await world.pass(random.below(40 * 60_000));
      if (random.below(2) === 0) void world.client.random().catch(() => {});
      clock.leap(random.pick([30 * DAY_MS, DAY_MS, 3_600_000, 31 * 60_000]));
      ads.push(`ad ${ads.length}`);
      world.board.push(ads.at(-1) ?? "");
      await world.pass(60_000);
      assert.deepEqual(got, ads, `an ad is lost after a leap (seed ${seed})`);
      // At rest: an hour, in which only the timer's own exchanges happen.
      const before = clock.fired;
      await world.pass(3_600_000);
      most = Math.max(most, (clock.fired - before) / 3_600);
      assert.ok(most < TIMERS_PER_SECOND_MAX, `timers per second: ${most.toFixed(3)} (seed ${seed})`);
    }
    await world.client.close();
  }
  report(
    t,
    `T22 clock: ${leaps} leaps of up to 30 d, lost ${zero(leaps)}, timers/s p100 ${most.toFixed(3)} (limit ${TIMERS_PER_SECOND_MAX}), seed ${seed}`,
  );
});

test("T22 clock: a limit longer than any timer takes falls due in its time, and not before", async (t) => {
  const idleMs = 40 * DAY_MS;
  const clock = new LeapClock();
  const world = new World({ seed, travel, clock, limits: { idleMs } });
  await world.client.close();
  world.core.open(new MockCarrier()).received(Buffer.from("notif\r\n"));
  await world.pass(idleMs - 1);
  assert.equal(world.core.counters.idled, 0, "it expired early");
  await world.pass(1);
  assert.equal(world.core.counters.idled, 1);
  assert.ok(clock.fired < 10, `timers that ran in 40 days: ${clock.fired}`);
  report(
    t,
    `T22 clock: a limit of 40 d on timers of 24.8 d at most: expiries before its time 0, timers that ran ${clock.fired}`,
  );
});

test("T22 clock: the system's clock takes delays past 2^31 ms, and is not set by the wall clock", async (t) => {
  const early: string[] = [];
  const waiting = [2 ** 31, 2 ** 32 + 1, 2 ** 40, 30 * DAY_MS, Infinity].map((delayMs) =>
    systemClock.after(delayMs, () => early.push(`${delayMs} ms`)),
  );
  const ticks = new MemorySource();
  await using server = new LineServer({ sources: { ticks } });
  const { port } = await server.listen({ port: 0 });
  await using client = await connect({ port });
  await client.notify();
  const wall = Date.now();
  const jumps = [-3_600_000, 30 * DAY_MS, -30 * DAY_MS, 3_600_000];
  for (const jump of jumps) {
    const from = systemClock.now();
    const mocked = t.mock.method(Date, "now", () => wall + jump);
    ticks.push("tick");
    assert.deepEqual(await client.waitNotif(), { source: "ticks" });
    assert.equal(await client.command("ping"), "pong");
    const passed = systemClock.now() - from;
    mocked.mock.restore();
    assert.ok(passed >= 0 && passed < 60_000, `the clock jumped with the wall clock: by ${passed} ms`);
  }
  // Node calls a delay that it does not take after 1 ms: long before this.
  await new Promise<void>((resolve) => void systemClock.after(20, resolve));
  for (const timer of waiting) timer.cancel();
  assert.deepEqual(early, [], "called before their time");
  assert.deepEqual([client.stats().connections, server.stats().idled], [1, 0]);
  report(
    t,
    `T22 clock: wall clock set ${jumps.length} times, by up to 30 d: expiries 0, reconnections 0; ${waiting.length} delays past 2^31 ms: early 0`,
  );
});
