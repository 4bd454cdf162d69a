import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Scales the deadlines that a canary's fault makes pass: it knows that it waits for something that will never come. */
const PATIENCE = Number(process.env.DOORBELL_PATIENCE ?? 1);
/** What the failure says that a canary's fault is found by. All other waits, of what a test prepares, keep their time. */
const FAILS = new RegExp(process.env.DOORBELL_FAILS ?? "");
/** The most that one look counts: while this process itself was not served, nothing could have come to it. */
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
  let waited = 0;
  let last = performance.now();
  while (!(await condition())) {
    const now = performance.now();
    waited += Math.min(now - last, lookMs);
    last = now;
    if (waited > limit) assert.fail(message);
    await pause(everyMs);
  }
}

/** The same for something that is told by a promise. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs: number = 10_000): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => {});
  const late = until(what, () => isOver, deadlineMs);
  // Without polling: latencies are taken with it.
  await Promise.race([over, late]);
  return over;
}
