import type { Clock } from "../../time/index.ts";

/** What the page's core needs of the world. */
export interface Powers {
  /** Milliseconds that only go forward. */
  readonly clock: Clock;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
}
