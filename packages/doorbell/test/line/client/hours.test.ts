/** Hours of fake time against the server's idle limit of 30 minutes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Random, seed } from "@doorbell-js/test-support/seed";

import { World } from "../../support/client-world.ts";

const HOUR_MS = 3_600_000;
const travel = { delayMaxMs: 20, segmentMax: 7 };

/** Two days in which an ad or a number comes now and then, hours apart or moments. */
async function twoDays(world: World, random: Random): Promise<{ ads: string[]; last: number }> {
  const ads: string[] = [];
  let last = 0;
  while (world.clock.now() < 48 * HOUR_MS) {
    await world.pass(
      random.pick([5, 60_000, 29 * 60_000, 30 * 60_000, 31 * 60_000, 5 * HOUR_MS]) + random.below(1_000),
    );
    if (random.below(3) > 0) {
      ads.push(`ad ${ads.length}`);
      world.board.push(ads.at(-1) ?? "");
    } else world.numbers.push(String((last += 1)));
  }
  await world.pass(60_000);
  return { ads, last };
}

test(`hours: with the client's timer the server's idle limit never takes effect, and nothing is lost (SEED=${seed})`, async () => {
  const random = new Random();
  for (let times = 0; times < 10; times++) {
    const got: { ads: string[]; numbers: number[] } = { ads: [], numbers: [] };
    const received = {
      classified: (ad: string): unknown => got.ads.push(ad),
      random: (number: number): unknown => got.numbers.push(number),
    };
    const world = new World({ seed: random.below(2 ** 31), travel, client: { received } });
    const { ads, last } = await twoDays(world, random);
    assert.deepEqual([world.core.counters.idled, got.ads, got.numbers.at(-1) ?? 0], [0, ads, last]);
    assert.equal(world.client.stats().connections, 1);
    await world.client.close();
  }
});

test("hours: a waitNotif that is pending survives every switch", async () => {
  const world = new World({ seed, travel });
  const notified = world.client.notify({ sources: ["classified"] });
  await world.pass(1_000);
  await notified;
  const waiting = world.client.waitNotif();
  await world.pass(24 * HOUR_MS);
  world.board.push("An ad");
  await world.pass(1_000);
  assert.deepEqual([await waiting, world.core.counters.idled], [{ source: "classified" }, 0]);
  await world.client.close();
});

test("hours: without the client's timer the idle limit takes effect, and what comes after is not heard of", async () => {
  const got: string[] = [];
  const world = new World({
    seed,
    travel,
    client: { rearmMs: 2 ** 31 - 1, received: { classified: (ad) => void got.push(ad) } },
  });
  await world.pass(HOUR_MS);
  assert.equal(world.core.counters.idled, 1);
  world.board.push("too late");
  await world.pass(HOUR_MS);
  assert.deepEqual(got, []);
  await world.client.close();
});
