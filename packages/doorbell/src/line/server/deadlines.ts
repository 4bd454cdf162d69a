import type { Clock } from "../time.ts";

/** One thing that will be due. Held by whoever may postpone it or take it back. */
export interface Deadline<T> {
  readonly item: T;
  at: number;
  before: Deadline<T> | undefined;
  after: Deadline<T> | undefined;
}

/**
 * Many deadlines of one same duration, with a single timer: as each new one is the last to fall due, a linked list is
 * always in order, and starting, postponing and taking back cost a few pointers. The timer follows the oldest lazily, so
 * ten thousand quiet sessions cause one wake-up for each duration at most.
 */
export class Deadlines<T> {
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #due: (item: T) => void;
  #first: Deadline<T> | undefined;
  #last: Deadline<T> | undefined;
  #timer: { cancel(): void } | undefined;

  /** `durationMs` may be `Infinity`: then nothing ever falls due. */
  constructor(clock: Clock, durationMs: number, due: (item: T) => void) {
    this.#clock = clock;
    this.#durationMs = durationMs;
    this.#due = due;
  }

  start(item: T): Deadline<T> {
    const deadline: Deadline<T> = { item, at: 0, before: undefined, after: undefined };
    this.#append(deadline);
    return deadline;
  }

  /** Starts it anew from now. */
  postpone(deadline: Deadline<T>): void {
    this.#unlink(deadline);
    this.#append(deadline);
  }

  cancel(deadline: Deadline<T>): void {
    this.#unlink(deadline);
    if (this.#first === undefined) this.#stopTimer();
  }

  #append(deadline: Deadline<T>): void {
    deadline.at = this.#clock.now() + this.#durationMs;
    deadline.before = this.#last;
    if (this.#last === undefined) this.#first = deadline;
    else this.#last.after = deadline;
    this.#last = deadline;
    if (this.#timer === undefined && this.#durationMs !== Infinity) this.#wait(this.#durationMs);
  }

  #unlink(deadline: Deadline<T>): void {
    if (deadline.before !== undefined) deadline.before.after = deadline.after;
    else if (this.#first === deadline) this.#first = deadline.after;
    if (deadline.after !== undefined) deadline.after.before = deadline.before;
    else if (this.#last === deadline) this.#last = deadline.before;
    deadline.before = undefined;
    deadline.after = undefined;
  }

  #wait(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      const fired = this.#timer;
      const now = this.#clock.now();
      try {
        while (this.#first !== undefined && this.#first.at <= now) {
          const { item } = this.#first;
          this.#unlink(this.#first);
          this.#due(item);
        }
      } finally {
        // Only now: a deadline started by one that fell due would have set the timer for itself, past the rest of the list.
        if (this.#timer === fired) {
          this.#timer = undefined;
          if (this.#first !== undefined) this.#wait(this.#first.at - now);
        }
      }
    });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
