import type { Clock } from "@doorbell-js/doorbell/line";

export interface PaceOptions {
  /** So many at once, after a pause. */
  readonly atOnce: number;
  /** And then one in this time. */
  readonly everyMs: number;
}

/** How often something may be done. */
export class Pace {
  readonly #clock: Pick<Clock, "now">;
  readonly #options: PaceOptions;
  #left: number;
  #countedAt: number;

  constructor(clock: Pick<Clock, "now">, options: PaceOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#left = options.atOnce;
    this.#countedAt = clock.now();
  }

  /** Whether it may be done now; if so, it counts as done. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#left -= 1;
    return true;
  }

  /** How long until it may be done. */
  waitMs(): number {
    const { atOnce, everyMs } = this.#options;
    const passed = Math.floor((this.#clock.now() - this.#countedAt) / everyMs);
    this.#countedAt += passed * everyMs;
    this.#left = Math.min(atOnce, this.#left + passed);
    return this.#left > 0 ? 0 : this.#countedAt + everyMs - this.#clock.now();
  }
}
