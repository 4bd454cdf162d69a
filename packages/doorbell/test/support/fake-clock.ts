import type { Clock } from "../../src/line/time.ts";

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that goes on when told to. */
export class FakeClock implements Clock {
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

  /** How many calls wait: 0 when nothing has been left behind. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Lets `ms` go by. What falls due runs in its order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.runNext(end)) continue;
  }

  /** Goes on to the first call that is due by `end`, and runs it; to `end`, and says no, when there is none. */
  runNext(end: number): boolean {
    const next = this.#next(end);
    this.#now = Math.max(this.#now, next?.at ?? end);
    if (next === undefined) return false;
    this.#waiting.delete(next);
    next.run();
    return true;
  }

  #next(end: number): Waiting | undefined {
    let next: Waiting | undefined;
    for (const waiting of this.#waiting)
      if (waiting.at <= end && (next === undefined || waiting.at < next.at)) next = waiting;
    return next;
  }
}
