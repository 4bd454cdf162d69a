/** Time as a protocol core sees it: milliseconds that only go forward, whatever is done to the wall clock. */
export interface Clock {
  now(): number;
  /**
   * Calls `run` once, `delayMs` from now or later. The call can be taken back. A waiting call keeps no program alive,
   * unless `keepsAlive` is true.
   */
  after(delayMs: number, run: () => void, options?: { readonly keepsAlive?: boolean }): { cancel(): void };
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run, { keepsAlive = false } = {}) {
    const timer = setTimeout(run, Math.min(Math.ceil(delayMs), DELAY_MAX));
    if (!keepsAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** setTimeout takes no longer delay; who asked for a longer one is called early, and asks again. */
const DELAY_MAX = 2 ** 31 - 1;

/** How long to wait before connecting again. */
interface BackoffOptions {
  /** Milliseconds within which the first attempt falls, at random. @default 1_000 */
  readonly firstMs: number;
  /** Milliseconds within which an attempt falls at most, however many failed. @default 30_000 */
  readonly maxMs: number;
  /** 0 ≤ n < 1, as `Math.random` */
  readonly random: () => number;
}

/**
 * Waits that double, with full jitter: when a server comes back, its clients do so spread over the whole wait and not
 * in one moment.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const { firstMs, maxMs, random } = this.#options;
    const withinMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts += 1;
    return random() * withinMs;
  }

  /** The server answers again. */
  reset(): void {
    this.#attempts = 0;
  }
}
