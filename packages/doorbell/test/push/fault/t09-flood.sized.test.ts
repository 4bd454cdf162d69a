/** T09: a notifier that floods its bell, first with rings, then with nonsense, beside one that is well. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Subscriber } from "../../../src/push/subscriber.ts";
import { ticks, TickService } from "../support/ticks.ts";
import { kinds, World } from "../support/world.ts";

const floods = sized(20_000, 100_000);
const healthyEvents = sized(50, 200);
const rssMax = 64 * 2 ** 20;
/** Of the flood, main may have to take so many before it comes to an event that was told already: some queues full. */
const betweenMax = 2_000;

for (const thread of kinds) {
  const behind = thread === "direct" ? "dropNewest" : "dropOldest";
  test(`T09 ${thread}: a flood is that bell's alone; seed ${seed}`, { timeout: 300_000 }, async (t) => {
    await using world = await World.start();
    const { kernel } = world;
    const healthy = await world.notifier();
    const sid = Sid.random();
    await using flooder = await kernel.spawn(new URL("../support/flooder.js", import.meta.url), {
      data: { sid: sid.words(), seed },
    });
    using net = await kernel.connect(sid, TickService);
    const main = await world.main();
    const flooded = await new Subscriber(kernel, net.connection, ticks).subscribe(main, 1, { thread, behind });
    const well = await world.subscriber(healthy).subscribe(main, 2, { thread });

    // Main looks at nothing meanwhile: what does not fit is dropped, and takes no memory.
    const before = process.memoryUsage().rss;
    let flooding = true;
    const stalled = net.notify(thread === "direct" ? 100 : floods);
    if (thread === "direct") await stalled;
    else await until("the flood is over", () => stalled.then(() => true), 60_000);
    const grown = process.memoryUsage().rss - before;
    assert(grown < rssMax, `the flood took ${grown} bytes of memory`);

    // From here on main takes all that comes. The one who is well is heard through it all.
    let rings = 0;
    let since = 0;
    let told = false;
    let most = 0;
    let heard = 0;
    const receiving = (async () => {
      for await (const message of main) {
        using _ = message;
        const ring = well.take(message);
        if (ring !== undefined) {
          assert.deepEqual([ring.sequence, ring.gap], [heard + 1, 0]);
          heard += 1;
          if (told) most = Math.max(most, since);
        } else if (flooded.take(message) !== undefined) {
          rings += 1;
          since += 1;
        }
      }
    })();
    const flood = (async () => {
      await net.notify(floods);
      return await net.hurry(floods / 5);
    })().finally(() => (flooding = false));
    // Whatever fails first is what is to be seen.
    for (const one of [receiving, flood]) one.catch(() => {});
    for (let event = 1; event <= healthyEvents || flooding; event += 1) {
      told = false;
      await healthy.net.notify(1);
      since = 0;
      told = true;
      await until("an event of the one who is well", () => heard === event, 30_000, { everyMs: 0 });
    }
    const refused = await flood;
    assert(most <= betweenMax, `${most} rings of the flood came before one that was told already`);
    assert(refused > 0, "nonsense was refused");
    assert.equal(well.missed, 0);
    assert.equal(well.malformed, 0);
    await flooded.unsubscribe();
    await well.unsubscribe();
    await flooder.terminate();
    main.destroy({ force: true });
    await receiving;
    report(
      t,
      `T09 flood, ${thread}: ${rings} rings came, ${flooded.missed} missed, ${flooded.malformed} malformed, ${refused} refused at once; ${heard} of ${heard} healthy, at most ${most} behind the flood; memory +${Math.round(grown / 2 ** 20)} MiB`,
    );
  });
}
