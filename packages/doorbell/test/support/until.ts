import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Scales deadlines where a canary's fault makes them pass: it knows that it waits for something that will never come. */
const PATIENCE = Number(process.env.DOORBELL_PATIENCE ?? 1);
/** What the failure says that a canary's fault is found by. Waits that fail otherwise, for what a test prepares, keep their time. */
const FAILS = new RegExp(process.env.DOORBELL_FAILS ?? "");
/** The most that a pause between two looks counts: while this process was not served, nothing could have come to it. */
const lookMs = 250;

/** A deadline of a fault test: ten times what was seen, on a machine that has other things to do. */
export function deadline(ms: number): number {
  return Math.ceil(ms * PATIENCE);
}

/** Waits until `condition` holds; when it does not in time, that is a failed assertion which says `what` did not come. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number = 10_000,
  everyMs: number = 2,
): Promise<void> {
  const message = `in ${deadlineMs} ms this did not come: ${what}`;
  const limit = FAILS.test(message) ? deadline(deadlineMs) : deadlineMs;
  for (let waited = 0; ;) {
    const from = performance.now();
    if (await condition()) return;
    const looked = performance.now();
    waited += looked - from;
    if (waited > limit) assert.fail(message);
    await pause(everyMs);
    waited += Math.min(performance.now() - looked, lookMs);
  }
}

/** The same for something that is told by a promise. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs: number = 10_000): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => {});
  // Only the deadline is looked at now and then: latencies are taken with this.
  const late = until(what, () => isOver, deadlineMs, 50);
  await Promise.race([over, late]);
  return over;
}
