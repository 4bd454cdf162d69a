import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Scales deadlines where a canary's fault makes them pass: it knows that it waits for something that will never come. */
const PATIENCE = Number(process.env["DOORBELL_PATIENCE"] ?? 1);
/** Finds the failure that shows a canary's fault. Waits that fail otherwise, for what a test prepares, keep their time. */
const FAILS = new RegExp(process.env["DOORBELL_FAILS"] ?? "");
/** The most that a pause between two looks counts: while this process was not served, nothing could have come to it. */
const LOOK_MS = 250;

/** Gives a deadline of a fault test: ten times what was seen, on a machine that has other things to do. */
export function deadline(ms: number): number {
  return Math.ceil(ms * PATIENCE);
}

/**
 * Waits until `condition` holds; when it does not in time, that is a failed assertion which says `what` did not come,
 * and by `account` what came instead.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number = 10_000,
  { everyMs = 2, account }: { readonly everyMs?: number; readonly account?: () => string } = {},
): Promise<void> {
  const message = (): string =>
    `in ${deadlineMs} ms this did not come: ${what}${account === undefined ? "" : ` ${account()}`}`;
  const limit = (): number => (FAILS.test(message()) ? deadline(deadlineMs) : deadlineMs);
  for (let waited = 0; ;) {
    const from = performance.now();
    if (await condition()) return;
    const looked = performance.now();
    waited += looked - from;
    // The account may be long: it is asked for only when time may be up.
    if (waited > deadline(deadlineMs) && waited > limit()) assert.fail(message());
    await pause(everyMs);
    waited += Math.min(performance.now() - looked, LOOK_MS);
  }
}

/** Waits in the same way for something that is told by a promise, and gives it. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs: number = 10_000): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => {});
  // Only the deadline is looked at now and then: latencies are taken with this.
  const late = until(what, () => isOver, deadlineMs, { everyMs: 50 });
  await Promise.race([over, late]);
  return over;
}
