import type { Clock } from "../../clock.ts";

/** The time that a limit on commands is about. */
export const WINDOW_MS = 1_000;

/** A line as long as this counts twice. */
const LONG = 256;

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

  /** Counts a line: once, and once more for every 256 characters, as a long line costs more to look at. */
  count(length: number): void {
    this.#count += 1 + Math.floor(length / LONG);
  }

  /** Whether as many came in this second as may. */
  isOver(clock: Clock): boolean {
    if (this.#count < this.#max) return false;
    this.begin(clock.now());
    return this.#count >= this.#max;
  }
}
