import { timingSafeEqual } from "node:crypto";

/** Whether two hashes are the same, in a time that does not say where they differ. */
export function isSame(one: Uint8Array | null, other: Uint8Array): boolean {
  return one !== null && one.length === other.length && timingSafeEqual(one, other);
}
