import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Canaries know that they wait for something that will never come, and wait less. */
const PATIENCE = Number(process.env["DOORBELL_PATIENCE"] ?? 1);

/** Waits until `condition` holds; when it does not in time, that is a failed assertion which says `what` did not come,
 * and by `account` what came instead. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number = 10_000,
  account: () => string = () => "",
): Promise<void> {
  const end = performance.now() + deadlineMs * PATIENCE;
  while (!(await condition())) {
    if (performance.now() > end) assert.fail(`in time this did not come: ${what} ${account()}`);
    await pause(2);
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
