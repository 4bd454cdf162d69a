/** Time as the server sees it: milliseconds that only go forward, whatever is done to the wall clock. */
export interface Clock {
  now(): number;
  /** Calls `run` once, `delayMs` from now or later. The call can be taken back. A waiting call keeps no program alive. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** setTimeout takes no longer delay; who asked for a longer one is called early, and asks again. */
const DELAY_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.ceil(delayMs), DELAY_MAX)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
