import type { Clock } from "@doorbell-js/doorbell/line";

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const waiting = { at: this.#now + delayMs, run };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** How many calls wait. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** The time of the next call that waits. */
  get nextAt(): number | undefined {
    return this.#next()?.at;
  }

  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (let next = this.#next(); next !== undefined && next.at <= until; next = this.#next()) {
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = until;
  }

  /** Goes to the next call that waits. */
  skip(): void {
    const at = this.nextAt;
    if (at !== undefined) this.advance(at - this.#now);
  }

  #next(): { readonly at: number; readonly run: () => void } | undefined {
    let first: { readonly at: number; readonly run: () => void } | undefined;
    for (const waiting of this.#waiting) if (first === undefined || waiting.at < first.at) first = waiting;
    return first;
  }
}
