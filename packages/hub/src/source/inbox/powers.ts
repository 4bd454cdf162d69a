import type { Clock } from "../../time/index.ts";

/** What inboxes need of the world. */
export interface InboxPowers {
  readonly clock: Clock;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (length: number) => Uint8Array;
}
