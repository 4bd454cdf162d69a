import type { BellLimits } from "./bell.ts";
import { TEXT_BYTES_MAX } from "./publication.ts";
import { RefusedError } from "./refusal.ts";
import { checkWhole, kindOf } from "./text.ts";

export const defaultBellLimits: BellLimits = {
  perMinute: 60,
  bytesMax: TEXT_BYTES_MAX,
  ringsMax: null,
  expiresAt: null,
};

const PER_MINUTE_MAX = 1_000_000;
const RINGS_MAX = 1_000_000_000;
/** The last millisecond that a date can say. */
const AT_MAX = 8_640_000_000_000_000;

/**
 * Those of these limits that are given, checked.
 *
 * @param now milliseconds since 1970
 * @throws RefusedError `InvalidArgument`
 */
export function checkBellLimits(given: Partial<BellLimits>, now: number): Partial<BellLimits> {
  const { perMinute, bytesMax, ringsMax, expiresAt } = given;
  if (perMinute !== undefined) checkWhole(perMinute, "perMinute", [1, PER_MINUTE_MAX]);
  if (bytesMax !== undefined) checkWhole(bytesMax, "bytesMax", [0, TEXT_BYTES_MAX]);
  if (ringsMax !== undefined && ringsMax !== null) checkWhole(ringsMax, "ringsMax", [1, RINGS_MAX]);
  if (expiresAt !== undefined && expiresAt !== null) checkExpiry(expiresAt, now);
  return {
    ...(perMinute !== undefined && { perMinute }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(ringsMax !== undefined && { ringsMax }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function checkExpiry(expiresAt: unknown, now: number): void {
  if (!Number.isSafeInteger(expiresAt) || (expiresAt as number) > AT_MAX)
    throw new RefusedError({
      code: "InvalidArgument",
      message: `expiresAt is in whole milliseconds since 1970, or null; not ${typeof expiresAt === "number" ? String(expiresAt) : kindOf(expiresAt)}`,
    });
  if ((expiresAt as number) <= now)
    throw new RefusedError({
      code: "InvalidArgument",
      message: "expiresAt is over: give a time to come, or null for never",
    });
}
