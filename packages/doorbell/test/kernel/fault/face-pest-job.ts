import type { SidWords } from "../../../src/kernel/ids.ts";

/** What a pest is told. */
export interface PestJob {
  readonly sid: SidWords;
  readonly does: "floods" | "takes no answer";
  /** Written by the pest but for `enough`; all of them are counted in 32 bits. */
  readonly counters: SharedArrayBuffer;
}

/** The counters. */
export const Count = {
  /** Messages that were accepted. */
  sent: 0,
  /** Calls that ended well. */
  answered: 1,
  /** Set by the test. */
  enough: 2,
  /** It has sent what it will, and reads nothing. */
  deaf: 3,
} as const;

/** More than this it never sends. */
export const floodMax = 400_000;
/** Many times what the rings between two threads hold. */
export const unreadMax = 1_500;
