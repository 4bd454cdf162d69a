import { KernelError } from "./errors.ts";

/** Bytes of UTF-8 that a name can have. */
export const nameBytesMax = 63;

/** Control characters, and halves of surrogate pairs that stand alone. */
const refused = /[\p{Cc}\p{Cs}]/u;

/**
 * Whether a text can be a server's name: 1 to 63 bytes of UTF-8, no control character (U+0000 to U+001F, U+007F to
 * U+009F), and no half of a surrogate pair. Two names are the same if their bytes are.
 */
export function isName(name: unknown): name is string {
  if (typeof name !== "string" || name.length === 0 || name.length > nameBytesMax || refused.test(name)) return false;
  return Buffer.byteLength(name) <= nameBytesMax;
}

/** Fails with `InvalidString` if it cannot be a name. */
export function checkName(name: unknown): asserts name is string {
  if (isName(name)) return;
  throw new KernelError(
    "InvalidString",
    `A name is 1 to ${nameBytesMax} bytes of UTF-8, without control characters and halves of surrogate pairs.`,
  );
}
