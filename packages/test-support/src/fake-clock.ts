interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** Keeps time that passes only when a test says so. It is a clock of either package. */
export class FakeClock {
  #now = 0;
  readonly #waiting = new Set<Waiting>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const waiting = { at: this.#now + delayMs, run };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** Counts the calls that wait: 0 when nothing has been left behind. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Gives the time of the next call that waits. */
  get nextAt(): number | undefined {
    return this.#next()?.at;
  }

  /** Lets `ms` go by. Calls that fall due run in their order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.runNext(end)) continue;
  }

  /** Goes to the next call that waits, and runs all that are due then. */
  skip(): void {
    const at = this.nextAt;
    if (at !== undefined) this.advance(at - this.#now);
  }

  /** Goes on to the first call that is due by `end`, and runs it; to `end`, and says no, when there is none. */
  runNext(end: number): boolean {
    const next = this.#next();
    const isDue = next !== undefined && next.at <= end;
    this.#now = Math.max(this.#now, isDue ? next.at : end);
    if (!isDue) return false;
    this.#waiting.delete(next);
    next.run();
    return true;
  }

  #next(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) if (first === undefined || waiting.at < first.at) first = waiting;
    return first;
  }
}
