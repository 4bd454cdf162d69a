/** T20: a notification that crosses stop_notif is delivered, and the OK finds its command, whatever the network does. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";

import type { SimConnection } from "../../support/client-sim.ts";
import { World } from "../../support/client-world.ts";

const SCHEDULES = sized(400, 2_000);
const DELAYS = [1, 5, 30];
/** Fake milliseconds that are more than any exchange takes. */
const STEP_MS = 1_000;
const SOURCES = ["random", "classified"];

interface Schedule {
  readonly notifications: number;
  readonly crossed: number;
}

/** Some rounds of entering the mode, news at any moment, leaving it, and asking; all of it with every byte on its own. */
async function play(from: number): Promise<Schedule> {
  const random = new Random(from);
  const available: string[] = [];
  const note = (source: string) => (): void => void available.push(source);
  const where = `schedule ${from}`;
  const world = new World({
    seed: from,
    travel: { delayMaxMs: random.pick(DELAYS), segmentMax: 1 },
    client: { available: Object.fromEntries(SOURCES.map((source) => [source, note(source)])) },
  });
  const { client, clock } = world;
  let news = 0;
  let number = 0;
  const later = (run: () => void): void => void clock.after(random.below(200), run);
  const push = (): void => {
    news += 1;
    if (random.below(2) === 0) world.board.push(`ad ${news}`);
    else world.numbers.push(String((number += 1)));
  };
  await world.pass(STEP_MS);
  for (let round = 0; round < 4; round++) {
    for (let n = random.below(4); n > 0; n--) later(push);
    const ends: unknown[] = [];
    const end = (call: Promise<unknown>): void =>
      void call.then(
        (value) => ends.push(value),
        (error: unknown) => ends.push(error),
      );
    end(client.notify({ sources: SOURCES }));
    later(() => {
      end(client.stopNotify());
      end(client.random());
    });
    await world.pass(STEP_MS);
    assert.equal(ends.length, 3, `a call stalls, ${where}`);
    const wrong = ends.find((value) => value instanceof Error);
    assert.equal(wrong, undefined, `a call failed (out of step), ${where}: ${wrong?.message}`);
    assert.ok(Number(ends[2]) >= 0 && Number(ends[2]) <= number, `the wrong answer, ${where}: ${String(ends[2])}`);
    push();
  }
  const [connection] = world.net.connections;
  assert.ok(connection !== undefined);
  const said = [...connection.heard.matchAll(/^notif: (.+)\r\n/gm)].map((match) => match[1]);
  assert.deepEqual(available, said, `a notification was lost or invented, ${where}`);
  assert.equal(client.stats().connections, 1, `the client found itself out of step, ${where}`);
  await client.close();
  return { notifications: said.length, crossed: crossings(connection) };
}

/** Notifications that arrived after a `stop_notif` was sent, and before its OK: they crossed it. */
function crossings({ heard, writes }: SimConnection): number {
  let crossed = 0;
  for (const { text, heardBytes } of writes)
    if (text === "stop_notif\r\n") crossed += heard.slice(heardBytes).split("\r\n").indexOf("OK");
  return crossed;
}

test("T20 stop_notif race: no call stalls, nothing is out of step, no notification is lost", async (t) => {
  const random = new Random();
  const total = { notifications: 0, crossed: 0 };
  const start = performance.now();
  for (let n = 0; n < SCHEDULES; n++) {
    const { notifications, crossed } = await play(random.below(2 ** 31));
    total.notifications += notifications;
    total.crossed += crossed;
  }
  assert.ok(total.crossed > SCHEDULES / 10, `only ${total.crossed} notifications crossed a stop_notif`);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  report(
    t,
    `T20 stop_notif race: ${SCHEDULES} schedules, ${total.notifications} notifications, ${total.crossed} crossed a stop_notif, ` +
      `out of step ${zero(SCHEDULES)}, stalled 0, lost 0, ${seconds} s, seed ${seed}`,
  );
});
