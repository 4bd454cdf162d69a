/** P12 and T32: bells that are not rung take next to no processor time, on one thread or on threads of their own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";

import type { Subscription } from "../../../src/push/subscriber.ts";
import type { Tick } from "../support/ticks.ts";
import { World } from "../support/world.ts";

const shared = 100;
const own = 10;
const windowMs = sized(4_000, 10_000);
/** Threads compile and collect at first, and the last collection of an idle thread is late. */
const windowsMax = sized(10, 5);
/** Milliseconds in a window that a thread may take: 0.02 % of a core. */
const eachMsMax = (0.02 / 100) * windowMs;

/** Processor time of the whole program in a window, in milliseconds. */
async function used(): Promise<number> {
  const before = process.cpuUsage();
  await sleep(windowMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test(`P12 T32 ${shared + own} idle bells take 0.02 % of a core a thread at most`, { timeout: 120_000 }, async (t) => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const main = await world.main();
  const subscriptions: Subscription<Tick>[] = [];
  for (let opcode = 0; opcode < shared + own; opcode += 1) {
    const thread = opcode < shared ? "shared" : "own";
    subscriptions.push(await world.subscriber(notifier).subscribe(main, opcode, { thread }));
  }
  const { threads } = await world.kernel.inspect();
  assert.equal(threads.length, 2 + 1 + own, "bells share a thread, or have one each");
  const allRing = async (sequence: number): Promise<void> => {
    await notifier.net.notify(1);
    for (const _ of subscriptions) {
      const message = await main.receive({ timeoutMs: 10_000 });
      assert.equal(subscriptions[message.id]?.take(message)?.sequence, sequence);
    }
  };
  await allRing(1);
  // A thread that works does so in every window.
  let usedMs = await used();
  for (let window = 1; window < windowsMax && usedMs > eachMsMax * threads.length; window += 1)
    usedMs = Math.min(usedMs, await used());
  // They are there all the same.
  await allRing(2);
  report(
    t,
    `T32 idle bells: ${shared} on one thread and ${own} on their own, ${usedMs.toPrecision(2)} ms of processor time in ${windowMs / 1_000} s for all ${threads.length} threads (limit ${eachMsMax * threads.length} ms)`,
  );
  assert(usedMs <= eachMsMax * threads.length, `idle bells took ${usedMs} ms in ${windowMs} ms`);
});
