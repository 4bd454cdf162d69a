export interface BackoffOptions {
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
