/** Time for what waits and tries again: milliseconds that only go forward. The library's `systemClock` is one. */
export interface Clock {
  now(): number;
  /** Calls `run` once, `delayMs` from now or later. The call can be taken back. */
  after(delayMs: number, run: () => void): { cancel(): void };
}
