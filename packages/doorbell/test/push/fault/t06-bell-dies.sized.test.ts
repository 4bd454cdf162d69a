/** T06 through a bell: whoever waits for something that dies hears of it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ms, quantile, report, zero } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { within } from "@doorbell-js/test-support/until";

import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { sharedBellThread } from "../../../src/push/bell.ts";
import { Subscriber } from "../../../src/push/subscriber.ts";
import { wokenMs } from "../../kernel/support/woken.ts";
import { ticks } from "../support/ticks.ts";
import { nothingLeft, World } from "../support/world.ts";

const rounds = sized(6, 25);
/** Ten times what was promised, for nine of ten: a machine that stands still for a second is nobody's death. */
const limitMs = 1_000;

const deaths: Readonly<Record<string, (world: World, took: (from: number) => void) => Promise<void>>> = {
  async "a notifier that waits for a subscriber whose bell thread dies"(world, took) {
    const notifier = await world.notifier();
    const main = await world.main(1);
    for (let round = 0; round < rounds; round += 1) {
      const subscription = await world.subscriber(notifier).subscribe(main, 7, { queueMax: 1 });
      const telling = notifier.net.notify(100);
      telling.catch(() => {});
      while ((await notifier.net.late()) === 0);
      const from = performance.now();
      await (await sharedBellThread(world.kernel)).end();
      await within("the notifier's return", telling, wokenMs);
      took(from);
      assert.equal(await within("the end", subscription.ended), "bell");
      for (let message = main.tryReceive(); message !== undefined; message = main.tryReceive());
    }
  },
  async "a notifier that waits for a subscriber whose main dies"(world, took) {
    const notifier = await world.notifier();
    for (let round = 0; round < rounds; round += 1) {
      const main = await world.main(1);
      const subscription = await world.subscriber(notifier).subscribe(main, 7, { queueMax: 1 });
      const telling = notifier.net.notify(100);
      telling.catch(() => {});
      while ((await notifier.net.late()) === 0);
      const from = performance.now();
      main.destroy();
      await within("the notifier's return", telling, wokenMs);
      took(from);
      assert.equal(await within("the end", subscription.ended), "bell");
    }
  },
  async "a subscriber whose notifier dies before it answers"(world, took) {
    const main = await world.main();
    for (let round = 0; round < rounds; round += 1) {
      const { thread, subscriber } = await silent(world);
      const subscribing = subscriber.subscribe(main, 7);
      const failed = assert.rejects(
        subscribing,
        (error) => error instanceof KernelError && error.code === "ServerNotFound",
      );
      await asked(thread);
      const from = performance.now();
      await Promise.all([thread.terminate(), within("the failure", failed, wokenMs)]);
      took(from);
    }
  },
  async "a subscriber that unsubscribes from a notifier that dies"(world, took) {
    const main = await world.main();
    for (let round = 0; round < rounds; round += 1) {
      const { thread, subscriber } = await silent(world, true);
      await subscriber.subscribe(main, 7);
      const leaving = subscriber.unsubscribe();
      await asked(thread);
      const from = performance.now();
      await Promise.all([thread.terminate(), within("the end of the subscription", leaving, wokenMs)]);
      took(from);
    }
  },
};

/** A notifier that never answers, or only the subscription. It tells when it was asked. */
async function silent(
  world: World,
  answers = false,
): Promise<{ readonly thread: SpawnedThread; readonly subscriber: Subscriber<unknown> }> {
  const sid = Sid.random();
  const thread = await world.kernel.spawn(new URL("../support/silent-notifier.js", import.meta.url), {
    data: { sid: sid.words(), answers },
  });
  const connection = await world.kernel.connect(sid);
  return { thread, subscriber: new Subscriber<unknown>(world.kernel, connection, ticks) };
}

function asked({ worker }: SpawnedThread): Promise<unknown> {
  return new Promise((resolve) => worker.once("message", resolve));
}

for (const [name, run] of Object.entries(deaths)) {
  test(`T06 P7 ${name}`, { timeout: 120_000 }, async (t) => {
    await using world = await World.start();
    const took: number[] = [];
    await run(world, (from) => took.push(performance.now() - from));
    const longest = Math.max(...took);
    report(
      t,
      `T06 ${name}: p50 ${ms(quantile(took, 0.5))} p100 ${ms(longest)} (limit ${ms(limitMs)}) runs ${rounds}, hung ${zero(rounds)}`,
    );
    assert(quantile(took, 0.9) < limitMs, `it took ${ms(quantile(took, 0.9))} to hear of a death`);
  });
}

test("T06 P7 a shared bell thread that died is started again for the next bell", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const main = await world.main();
  const first = await world.subscriber(notifier).subscribe(main, 7);
  const before = await world.kernel.inspect();
  await (await sharedBellThread(world.kernel)).end();
  assert.equal(await within("the end", first.ended), "bell");
  const second = await world.subscriber(notifier).subscribe(main, 7);
  await notifier.net.notify(1);
  assert.equal(second.take(await main.receive())?.sequence, 1);
  await nothingLeft(world.kernel, before);
});
