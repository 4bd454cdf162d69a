import type { Clock } from "../../clock.ts";

/** The time that a limit on commands is about. */
export const WINDOW_MS = 1_000;

/** Counts one client's commands, a second at a time. */
export class Rate {
  readonly #max: number;
  #count = 0;
  #windowAt = 0;

  constructor(max: number) {
    this.#max = max;
  }

  count(): void {
    this.#count += 1;
  }

  /** Whether as many came as may. Only then is the clock looked at: a second that is over is forgotten. */
  isOver(clock: Clock): boolean {
    if (this.#count < this.#max) return false;
    const now = clock.now();
    if (now - this.#windowAt < WINDOW_MS) return true;
    this.#windowAt = now;
    this.#count = 0;
    return false;
  }
}
