import type { Deadline, Deadlines } from "./deadlines.ts";

/**
 * What can fall due for a session:
 * `idle`: the client has been silent in notification mode; `stall`: it reads nothing of what waits for it;
 * `linger`: it has not closed after the last line; `window`: the second is over in which it sent too many commands;
 * `reply`: a source has not answered.
 */
export type Due = "idle" | "stall" | "linger" | "window" | "reply";

/** One session's running deadlines, at most one of each kind. */
export class Timers<Item> {
  readonly #lists: Readonly<Record<Due, Deadlines<Item>>>;
  readonly #item: Item;
  /** Most sessions run one or none: a short list beats a field for each. */
  #running: { readonly due: Due; readonly deadline: Deadline<Item> }[] = [];

  constructor(lists: Readonly<Record<Due, Deadlines<Item>>>, item: Item) {
    this.#lists = lists;
    this.#item = item;
  }

  isRunning(due: Due): boolean {
    for (const timer of this.#running) if (timer.due === due) return true;
    return false;
  }

  /** Starts it, unless it runs. */
  start(due: Due): void {
    if (this.isRunning(due)) return;
    // Neither `push` nor a spread, which reserve room for sixteen more in every idle session.
    this.#running = this.#running.concat({ due, deadline: this.#lists[due].start(this.#item) });
  }

  /** Starts it anew, if it runs. */
  postpone(due: Due): void {
    for (const timer of this.#running) if (timer.due === due) this.#lists[due].postpone(timer.deadline);
  }

  cancel(due: Due): void {
    const at = this.#running.findIndex((timer) => timer.due === due);
    const [timer] = at === -1 ? [] : this.#running.splice(at, 1);
    if (timer !== undefined) this.#lists[due].cancel(timer.deadline);
  }

  cancelAll(): void {
    for (const { due, deadline } of this.#running.splice(0)) this.#lists[due].cancel(deadline);
  }
}
