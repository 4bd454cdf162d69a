import type { Clock } from "../time/index.ts";

/**
 * The time by which items grow old: milliseconds since 1970 as the wall clock had it when the store was opened, and from then on
 * what has really passed. So a wall clock that jumps makes nothing old before its time; and it never goes back, over
 * restarts too.
 */
export class StoreTime {
  readonly #clock: Clock;
  readonly #offsetMs: number;

  constructor(clock: Clock, wallNow: number, last: number) {
    this.#clock = clock;
    this.#offsetMs = Math.max(wallNow, last) - clock.now();
  }

  now(): number {
    return Math.floor(this.#clock.now() + this.#offsetMs);
  }
}
