/** P11: what happens when a subscriber falls behind, and that it is told. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { KernelError } from "../../src/kernel/errors.ts";
import type { ServerHandle } from "../../src/kernel/thread/server.ts";
import type { Behind } from "../../src/push/api.ts";
import type { Ring, Subscription } from "../../src/push/subscriber.ts";
import type { Tick } from "./support/ticks.ts";
import { nextMessage, nextRing, type Notifier, World } from "./support/world.ts";

const sent = 400;

/** All rings up to that number; a notice without an event ends it as well. */
async function rings(main: ServerHandle, subscription: Subscription<Tick>, last: number): Promise<Ring<Tick>[]> {
  const got: Ring<Tick>[] = [];
  while (got.length + subscription.missed < last) {
    const ring = subscription.take(await nextMessage(main));
    if (ring !== undefined) got.push(ring);
  }
  return got;
}

/** Whether all that the notifier told is at the bell, or further. */
async function isQuiet({ kernel }: World, { net }: Notifier): Promise<boolean> {
  if ((await net.late()) > 0) return false;
  const { servers } = await kernel.inspect();
  return servers.every(({ thread, queued }) => thread === kernel.thread || queued === 0);
}

/** In order, none twice, and the gaps are what is missing. */
function checkOrder(got: readonly Ring<Tick>[]): void {
  let last = 0;
  for (const { value, sequence, gap } of got) {
    assert.equal(value.number, sequence, "an event under another's number");
    assert.equal(
      sequence,
      last + (gap ?? Number.NaN) + 1,
      `after ${last} came ${sequence}, and the gap was said to be ${gap}`,
    );
    last = sequence;
  }
}

for (const thread of ["shared", "own", "direct"] as const) {
  describe(`${thread} bells`, { timeout: 120_000 }, () => {
    for (const behind of ["wait", "dropOldest", "dropNewest", "latest"] as const satisfies readonly Behind[]) {
      const options = { thread, behind, queueMax: 8 };

      test(`P11 ${behind}: a subscriber that is stalled for ${sent} events`, async () => {
        await using world = await World.start();
        const notifier = await world.notifier({ pendingMax: 10_000 });
        const main = await world.main(4);
        const subscribing = world.subscriber(notifier).subscribe(main, 7, options);
        if (thread === "direct" && behind === "dropOldest")
          return await assert.rejects(
            subscribing,
            (error) => error instanceof KernelError && error.code === "InvalidArgument",
          );
        await using subscription = await subscribing;
        let told = 0;
        const telling = notifier.net.hurry(sent).then((last) => (told = last));
        await telling;
        assert.equal(told, sent, "the notifier waits for nobody that does not ask for it");
        // The notifier answers once it has told everybody: under `wait`, when this one has it all.
        const awaited = notifier.net.notify(1);
        // What was sent has come to rest.
        if (behind !== "wait" && thread !== "direct") {
          await awaited;
          await until("the bell has all of it", () => isQuiet(world, notifier));
        }
        const got = await rings(main, subscription, sent + 1);
        assert.equal(await awaited, sent + 1);
        checkOrder(got);
        const first = got[0]?.sequence;
        const last = got.at(-1)?.sequence;
        assert.equal(got.length + subscription.missed, sent + 1, "neither came nor was told of");
        if (behind === "wait") assert.equal(subscription.missed, 0, "dropped although it waits");
        else assert(thread === "direct" || subscription.missed > 0, "nothing was dropped");
        assert.equal(first, 1, "what was first on its way comes first");
        if (behind !== "dropNewest") assert.equal(last, sent + 1, "the newest comes in the end");
        // Under `latest` a bell has one at main, and the newest.
        if (behind === "latest" && thread !== "direct") assert.deepEqual([got.length, last], [2, sent + 1]);
        return undefined;
      });
    }
  });
}

test("P11 dropNewest: what was dropped last of all is told as well, by a notice without an event", async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const main = await world.main(4);
  const options = { behind: "dropNewest", queueMax: 8 } as const;
  await using subscription = await world.subscriber(notifier).subscribe(main, 7, options);
  await notifier.net.notify(sent);
  await until("the bell has all of it", () => isQuiet(world, notifier));
  const got = await rings(main, subscription, sent);
  checkOrder(got);
  assert.equal(subscription.missed, sent - got.length);
  assert((got.at(-1)?.sequence ?? sent) < sent, "the newest was not dropped");
  // The gap is in the next ring, too.
  await notifier.net.notify(1);
  const next = await nextRing(main, subscription);
  assert.deepEqual([next.sequence, next.gap], [sent + 1, sent - (got.at(-1)?.sequence ?? 0)]);
});

test(
  "P11 wait: only who awaits it is late, and for no longer than the subscriber is",
  { timeout: 60_000 },
  async () => {
    await using world = await World.start();
    const notifier = await world.notifier();
    const [slow, quick] = [await world.main(1), await world.main()];
    await using waiting = await world.subscriber(notifier).subscribe(slow, 7, { behind: "wait", queueMax: 1 });
    await using other = await world.subscriber(notifier).subscribe(quick, 7);
    let last = 0;
    const telling = notifier.net.notify(10).then((number) => (last = number));
    // The other has what was told until the notifier waited: the first at least.
    assert.equal((await nextRing(quick, other)).sequence, 1);
    assert.equal(last, 0, "the notifier waits for who asked for it");
    for (let number = 1; number <= 10; number += 1) assert.equal((await nextRing(slow, waiting)).sequence, number);
    for (let number = 2; number <= 10; number += 1) assert.equal((await nextRing(quick, other)).sequence, number);
    assert.equal(await telling, 10);
  },
);
