import type { Clock } from "../../clock.ts";

/** The time that a limit on commands is about. */
export const WINDOW_MS = 1_000;

/** Counts one client's commands, a second at a time. */
export class Rate {
  readonly #max: number;
  #count = 0;
  #windowAt = -Infinity;

  constructor(max: number) {
    this.#max = max;
  }

  /** Bytes have come: a new second begins with the first ones after the last was over. */
  begin(now: number): void {
    if (now - this.#windowAt < WINDOW_MS) return;
    this.#windowAt = now;
    this.#count = 0;
  }

  count(): void {
    this.#count += 1;
  }

  /** Whether as many came in this second as may. */
  isOver(clock: Clock): boolean {
    if (this.#count < this.#max) return false;
    this.begin(clock.now());
    return this.#count >= this.#max;
  }
}
