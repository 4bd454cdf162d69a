/** The shapes of the kernel's public calls. */

/** How long to wait, and what may end the wait early. */
export interface WaitOptions {
  /** Milliseconds until the wait fails with `Timeout`. @default none */
  readonly timeoutMs?: number;
  /** Ends the wait early: it fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long a blocking call waits. */
export interface SyncOptions {
  /** Milliseconds until the wait fails with `Timeout`. @default 30000 */
  readonly timeoutMs?: number;
}

/** Up to four numbers, passed exactly; what is missing is 0. */
export type Words = readonly number[];

/** What a blocking scalar is answered with: 1, 2 or 5 numbers. */
export type AnswerWords =
  | readonly [number]
  | readonly [number, number]
  | readonly [number, number, number, number, number];

/** What goes along with memory, both ways: two numbers that sender and receiver give a meaning to. */
export interface MemoryWords {
  readonly offset?: number | undefined;
  /** By custom, how many bytes are valid. */
  readonly valid?: number | undefined;
}
