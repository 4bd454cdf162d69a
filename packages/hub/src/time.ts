/** Time for what waits and tries again: milliseconds that only go forward. The library's `systemClock` is one. */
export interface Clock {
  now(): number;
  /** Calls `run` once, `delayMs` from now or later. The call can be taken back. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** Waits for so long, or until the signal says not to. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.after(delayMs, end);
    signal.addEventListener("abort", end);
  });
}

interface BackoffOptions {
  /** Milliseconds until the first attempt at most. */
  readonly firstMs: number;
  /** Milliseconds until an attempt at most, however many failed. */
  readonly maxMs: number;
  /** 0 ≤ n < 1, as `Math.random` */
  readonly random: () => number;
}

/** Waits that double. Each is between half of its length and the whole, so that programs do not try again in step. */
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
    return withinMs * (0.5 + random() / 2);
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#attempts = 0;
  }
}
