import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Scales every deadline. A canary knows that it waits for something that will never come, and waits less; what it
 * then finds is told apart by the message, never by the clock.
 */
const PATIENCE = Number(process.env.DOORBELL_PATIENCE ?? 1);

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
  const end = performance.now() + deadline(deadlineMs);
  while (!(await condition())) {
    if (performance.now() > end) assert.fail(`in ${deadline(deadlineMs)} ms this did not come: ${what}`);
    await pause(everyMs);
  }
}

/** The same for something that is told by a promise. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs: number = 10_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `in ${deadline(deadlineMs)} ms this did not come: ${what}`;
    timer = setTimeout(() => reject(new assert.AssertionError({ message })), deadline(deadlineMs));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
