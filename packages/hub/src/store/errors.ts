import { timingSafeEqual } from "node:crypto";

/** Why a store could not be opened, or what it holds could not be read. */
export type StoreErrorCode =
  /** another hub has it open */
  | "StoreLocked"
  /** what is there is not what was stored */
  | "StoreCorrupt"
  /** a newer hub has written it */
  | "StoreTooNew"
  /** others could read, change or replace it */
  | "StoreUnsafe"
  /** the disk or the system does not let us */
  | "StoreFailed";

/** Told apart by its code. Its message is one line that names the place and says what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether two hashes are the same, in a time that does not say where they differ. */
export function isSame(one: Uint8Array | null, other: Uint8Array): boolean {
  return one !== null && one.length === other.length && timingSafeEqual(one, other);
}
