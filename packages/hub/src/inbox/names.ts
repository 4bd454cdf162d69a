import { createHash } from "node:crypto";

import { RefusedError } from "./refusal.ts";
import { checkText, kindOf } from "./text.ts";

/** The inbox that a hub makes at its first start. */
export const FIRST_INBOX = "me";
export const LABEL_BYTES_MAX = 64;
export const INBOX_NAME_MAX = 63;
export const IDEMPOTENCY_KEY_MAX = 255;

/** @throws RefusedError `InvalidArgument` */
export function checkLabel(label: unknown): asserts label is string {
  checkText(label, { what: "a bell's label", bytesMin: 1, bytesMax: LABEL_BYTES_MAX, code: "InvalidArgument" });
}

/** @throws RefusedError `InvalidArgument` */
export function checkInboxName(name: unknown): asserts name is string {
  if (typeof name === "string" && /^[a-z0-9_-]{1,63}$/.test(name)) return;
  const given = typeof name === "string" ? `this one is ${JSON.stringify(name.slice(0, 80))}` : `not ${kindOf(name)}`;
  throw new RefusedError({
    code: "InvalidArgument",
    message: `an inbox's name is 1 to ${INBOX_NAME_MAX} of a-z, 0-9, _ and -; ${given}`,
  });
}

/**
 * SHA-256 of an idempotency key.
 *
 * @throws RefusedError `InvalidArgument`
 */
export function hashOfIdempotencyKey(key: unknown): Uint8Array {
  if (typeof key !== "string" || !/^[\x20-\x7e]{1,255}$/.test(key))
    throw new RefusedError({
      code: "InvalidArgument",
      message: `an idempotency key is 1 to ${IDEMPOTENCY_KEY_MAX} printable characters of ASCII: choose another`,
    });
  return createHash("sha256").update(key).digest();
}
