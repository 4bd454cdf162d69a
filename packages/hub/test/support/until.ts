import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Canaries know that they wait for something that will never come, and wait less for it. */
const PATIENCE = Number(process.env["DOORBELL_PATIENCE"] ?? 1);
/** What the failure says that a canary's fault is found by. All other waits, of what a test prepares, keep their time. */
const FAILS = new RegExp(process.env["DOORBELL_FAILS"] ?? "");
/** The most that a pause between two looks counts: while this process was not served, nothing could have come to it. */
const LOOK_MS = 250;

/** Waits until `condition` holds; when it does not in time, that is a failed assertion which says `what` did not come,
 * and by `account` what came instead. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number = 10_000,
  account: () => string = () => "",
): Promise<void> {
  const message = `in time this did not come: ${what}`;
  const limit = (): number => (FAILS.test(`${message} ${account()}`) ? deadlineMs * PATIENCE : deadlineMs);
  for (let waited = 0; ;) {
    const from = performance.now();
    if (await condition()) return;
    const looked = performance.now();
    waited += looked - from;
    if (waited > deadlineMs * PATIENCE && waited > limit()) assert.fail(`${message} ${account()}`);
    await pause(2);
    waited += Math.min(performance.now() - looked, LOOK_MS);
  }
}

/** The same for something that is told by a promise. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs: number = 10_000): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => {});
  await until(what, () => isOver, deadlineMs);
  return over;
}
