/** Why something of an inbox was not done. Each is told to whoever asked, with a message that says what to do. */
export const refusalCodes = [
  /** no bell has that address: there never was one, or it was revoked */
  "UnknownBell",
  "BellPaused",
  "BellExpired",
  "BellUsedUp",
  /** too many rings: again after `retryAfterMs` */
  "RateLimited",
  "TooLarge",
  "InvalidItem",
  /** the idempotency key was used for another item */
  "KeyReused",
  /** the inbox is full, and keeps what it has */
  "InboxFull",
  /** what was asked for is not understood */
  "InvalidArgument",
  /** the key opens nothing, or not this */
  "AccessDenied",
  /** there is no such inbox, bell or session */
  "NotFound",
  /** there are as many as there may be */
  "LimitReached",
  /** it could not be stored; whether it was is not known if the disk failed */
  "StoreFailed",
  /** who has the inboxes is not there now, or did not answer in time: whether it was done is not known */
  "Unavailable",
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** After how long it is worth to try again: milliseconds. */
  readonly retryAfterMs?: number;
}

/** What was refused, where it is thrown. Told apart by its code. */
export class RefusedError extends Error implements Refusal {
  readonly code: RefusalCode;
  readonly retryAfterMs?: number;

  constructor({ code, message, retryAfterMs }: Refusal) {
    super(message);
    this.name = "RefusedError";
    this.code = code;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}
