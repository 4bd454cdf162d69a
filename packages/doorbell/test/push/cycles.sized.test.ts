/** P6: subscribed and taken back many times, while the notifier rings. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import type { Subscription } from "../../src/push/subscriber.ts";
import type { Tick } from "./support/ticks.ts";
import { kinds, nothingLeft, World } from "./support/world.ts";

/** A thread of its own takes some 40 ms to start. */
const cycles = { shared: sized(1_000, 10_000), own: sized(5, 25), direct: sized(1_000, 10_000) };
/** At once, by as many handles. */
const hands = 8;

for (const thread of kinds) {
  test(
    `P6 ${cycles[thread]} times (${thread}): no ring after the end, and nothing is left`,
    { timeout: 300_000 },
    async (t) => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await world.main();
      // What stays: the bell thread of the program.
      await (await world.subscriber(notifier).subscribe(main, 1, { thread })).unsubscribe();
      const before = await world.kernel.inspect();
      let rings = 0;
      let late = 0;
      const current = new Map<number, { readonly subscription: Subscription<Tick>; over: boolean }>();
      const receiving = (async () => {
        for await (const message of main) {
          using _ = message;
          const one = current.get(message.id);
          if (one?.subscription.take(message) === undefined) continue;
          rings += 1;
          if (one.over) late += 1;
        }
      })();
      await notifier.net.flood(1);
      let left = cycles[thread];
      await Promise.all(
        Array.from({ length: thread === "own" ? 1 : hands }, async (_, hand) => {
          const subscriber = world.subscriber(notifier);
          while ((left -= 1) >= 0) {
            const behind = (["wait", "latest", "dropNewest"] as const)[left % 3] ?? "wait";
            const subscription = await subscriber.subscribe(main, hand, { thread, behind });
            const one = { subscription, over: false };
            current.set(hand, one);
            // Sometimes at once, sometimes with rings on their way.
            const seen = rings;
            if (left % 2 === 0) await new Promise(setImmediate);
            else if (thread === "own" || left % 32 === 1) while (rings === seen) await new Promise(setImmediate);
            await subscription.unsubscribe();
            one.over = true;
          }
        }),
      );
      await notifier.net.flood(0);
      assert.equal(late, 0, `${late} rings after the end`);
      assert.equal(await notifier.net.size(), 0);
      await nothingLeft(world.kernel, before);
      main.destroy({ force: true });
      await receiving;
      report(t, `P6 cycles, ${thread}: ${cycles[thread]} subscriptions, ${rings} rings, 0 after the end, leak 0`);
    },
  );
}
