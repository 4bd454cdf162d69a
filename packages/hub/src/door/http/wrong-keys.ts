import type { Clock } from "../../time/index.ts";

const WINDOW_MS = 60_000;
/** Addresses that are told apart; further ones share a count. */
const ADDRESSES_MAX = 10_000;

/**
 * Counts wrong keys by where they come from. Who passes the limit is told to wait. A right key is not refused for
 * another's wrong ones: at one address, that of this machine say, there may be many; and 192 random bits are not guessed
 * however often it is tried.
 */
export class WrongKeys {
  readonly #perMinute: number;
  readonly #clock: Pick<Clock, "now">;
  readonly #counts = new Map<string, number>();
  #began: number;

  constructor(perMinute: number, clock: Pick<Clock, "now">) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#began = clock.now();
  }

  /** Notes one; gives how long to wait if there were too many: milliseconds. */
  note(address: string): number | undefined {
    const now = this.#clock.now();
    if (now - this.#began >= WINDOW_MS) {
      this.#counts.clear();
      this.#began = now;
    }
    const key = this.#counts.has(address) || this.#counts.size < ADDRESSES_MAX ? address : "";
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > this.#perMinute ? this.#began + WINDOW_MS - now : undefined;
  }
}
