import type { Clock } from "../time/index.ts";

/** However long it goes on, it is not put off for more than so many times the wait. */
const WAITS_MAX = 10;

/** Calls once when something that happens often has stopped for a while, or has gone on for long. */
export class Debounce {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #run: () => void;
  #timer: { cancel(): void } | undefined;
  #latest = 0;

  constructor(clock: Clock, waitMs: number, run: () => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#run = run;
  }

  /** It happened. */
  trigger(): void {
    const now = this.#clock.now();
    if (this.#timer === undefined) this.#latest = now + WAITS_MAX * this.#waitMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(Math.min(this.#waitMs, this.#latest - now), () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
