import type { ThreadPowers } from "./powers.ts";

/** Looks before the first look at the clock, which takes as long as a few of them: what is at hand is found without. */
const looksUntimed = 128;
/** Looks between two looks at the clock. */
const looksTimed = 64;
/** After a spin that failed the next 2, 4, 8 … waits do without, up to so many. */
const skipMax = 64;

/**
 * Looking again and again for a while before going to sleep, where that has been worth it: between two cores a wake-up
 * takes tens of microseconds, and what comes at once needs none. Where it was not worth it, it is tried ever more seldom.
 */
export class Spin {
  readonly #powers: ThreadPowers;
  #skip = 0;
  #skipNext = 1;

  constructor(powers: ThreadPowers) {
    this.#powers = powers;
  }

  /** Whether `look` found something in time. */
  until(look: () => boolean): boolean {
    const { spinMs } = this.#powers;
    if (spinMs === 0) return false;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    if (looked(look, looksUntimed)) return this.#found();
    const end = this.#powers.now() + spinMs;
    do if (looked(look, looksTimed)) return this.#found();
    while (this.#powers.now() < end);
    this.#skip = this.#skipNext;
    this.#skipNext = Math.min(skipMax, this.#skipNext * 2);
    return false;
  }

  #found(): true {
    this.#skipNext = 1;
    return true;
  }
}

function looked(look: () => boolean, times: number): boolean {
  for (let left = times; left > 0; left -= 1) if (look()) return true;
  return false;
}
