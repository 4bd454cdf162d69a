import type { Clock } from "../../src/line/time.ts";

/** Another clock, whose waiting calls can be counted. */
export class CountingClock implements Clock {
  fired = 0;
  /** While a call runs, when it was due: this process may have come to it later, and to many at once. */
  due: number | undefined;
  readonly #clock: Clock;
  readonly #waiting = new Set<object>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): number {
    return this.#waiting.size;
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const due = this.now() + delayMs;
    const timer = this.#clock.after(delayMs, () => {
      this.#waiting.delete(timer);
      this.fired += 1;
      this.due = due;
      run();
      this.due = undefined;
    });
    this.#waiting.add(timer);
    return {
      cancel: () => {
        this.#waiting.delete(timer);
        timer.cancel();
      },
    };
  }
}
