const EARLY_MAX = 16;

/** What is told of bubbles whose number is not known yet, until it is. */
export class Early {
  #events: (() => void)[] = [];

  /** The newest of too many are ignored: nobody clicks so fast. */
  keep(event: () => void): void {
    if (this.#events.length < EARLY_MAX) this.#events.push(event);
  }

  replay(): void {
    const events = this.#events;
    this.forget();
    for (const event of events) event();
  }

  forget(): void {
    this.#events = [];
  }
}
