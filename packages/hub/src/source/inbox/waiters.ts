import type { Clock } from "../../time/index.ts";

/** Who waits for the next of something, each no longer than it wants to. */
export class Waiters<T> {
  readonly #clock: Clock;
  readonly #waiting = new Set<(value: T | undefined) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is told next; nothing if nothing is in time. */
  next(withinMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const settle = (value: T | undefined): void => {
        late.cancel();
        this.#waiting.delete(settle);
        resolve(value);
      };
      const late = this.#clock.after(Math.max(0, withinMs), () => settle(undefined));
      this.#waiting.add(settle);
    });
  }

  tell(value: T | undefined): void {
    for (const settle of this.#waiting) settle(value);
  }
}
