import type { Retention } from "./inbox.ts";
import { RefusedError } from "./refusal.ts";
import { checkWhole, kindOf } from "./text.ts";

export const defaultRetention: Retention = {
  itemsMax: 10_000,
  ageMaxMs: 30 * 24 * 60 * 60_000,
  bytesMax: 64 * 2 ** 20,
  whenFull: "dropOldest",
};

const ITEMS_MAX = 1_000_000;
const AGE_MIN_MS = 60_000;
/** A hundred years. */
const AGE_MAX_MS = 100 * 365 * 24 * 60 * 60_000;
/** One item always fits. */
const BYTES_MIN = 65_536;
const BYTES_MAX = 64 * 2 ** 30;

/**
 * A retention of what is given, and for the rest of what was before.
 *
 * @throws RefusedError `InvalidArgument`
 */
export function checkRetention(given: Partial<Retention> = {}, before: Retention = defaultRetention): Retention {
  if (typeof given !== "object" || given === null)
    throw new RefusedError({ code: "InvalidArgument", message: `retention is an object, not ${kindOf(given)}` });
  const {
    itemsMax = before.itemsMax,
    ageMaxMs = before.ageMaxMs,
    bytesMax = before.bytesMax,
    whenFull = before.whenFull,
  } = given;
  checkWhole(itemsMax, "itemsMax", [1, ITEMS_MAX]);
  if (ageMaxMs !== null) checkWhole(ageMaxMs, "ageMaxMs", [AGE_MIN_MS, AGE_MAX_MS]);
  checkWhole(bytesMax, "bytesMax", [BYTES_MIN, BYTES_MAX]);
  if (whenFull !== "dropOldest" && whenFull !== "refuse")
    throw new RefusedError({ code: "InvalidArgument", message: 'whenFull is "dropOldest" or "refuse"' });
  return { itemsMax, ageMaxMs, bytesMax, whenFull };
}
