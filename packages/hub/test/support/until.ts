import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Waits until `condition` holds; when it does not in time, that is a failed assertion which says `what` did not come. */
export async function until(what: string, condition: () => boolean, deadlineMs: number = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs * Number(process.env["DOORBELL_PATIENCE"] ?? 1);
  while (!condition()) {
    if (performance.now() > end) assert.fail(`in time this did not come: ${what}`);
    await pause(2);
  }
}
