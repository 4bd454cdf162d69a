/** Time as a protocol core sees it: milliseconds that only go forward, whatever is done to the wall clock. */
export interface Clock {
  now(): number;
  /**
   * Calls `run` once, `delayMs` from now or later. The call can be taken back. A waiting call keeps no program alive,
   * unless `keepsAlive` is true.
   */
  after(delayMs: number, run: () => void, options?: { readonly keepsAlive?: boolean }): { cancel(): void };
}
