import type { Clock } from "../../src/line/time.ts";

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** setTimeout takes no longer delay: the system's clock calls early, and so does this. */
const DELAY_MAX = 2 ** 31 - 1;

/**
 * A clock that can leap, as a machine does that slept: it is suddenly much later, and all that fell due meanwhile runs
 * at that late moment. Counts the calls that it made.
 */
export class LeapClock implements Clock {
  fired = 0;
  #now = 0;
  readonly #waiting = new Set<Waiting>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const waiting = { at: this.#now + Math.min(delayMs, DELAY_MAX), run };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  get pending(): number {
    return this.#waiting.size;
  }

  /** It is `ms` later, from one moment to the next. */
  leap(ms: number): void {
    this.#now += ms;
  }

  /** Goes on to what is due first by `end`, if anything is, and runs it: late, if it was due before now. */
  runNext(end: number): boolean {
    let next: Waiting | undefined;
    for (const waiting of this.#waiting)
      if (waiting.at <= end && (next === undefined || waiting.at < next.at)) next = waiting;
    this.#now = Math.max(this.#now, next?.at ?? end);
    if (next === undefined) return false;
    this.#waiting.delete(next);
    this.fired += 1;
    next.run();
    return true;
  }
}
