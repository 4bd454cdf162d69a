import type { Clock } from "./clock.ts";

/** setTimeout takes no longer delay; who asked for a longer one is called early, and asks again. */
const DELAY_MAX = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run, { keepsAlive = false } = {}) {
    const timer = setTimeout(run, Math.min(Math.ceil(delayMs), DELAY_MAX));
    if (!keepsAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
