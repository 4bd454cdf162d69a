interface Item {
  readonly sequence: number;
  /** The client did not keep up, or it cannot be seen in which order things were: one notification may stand for its neighbours too. */
  merges: boolean;
}

/**
 * The notifications of one source that a session is owed, by the protocol: one for each item, in order, while the client
 * keeps up; one for several when it does not. A notification does not say which item it is for, so this knows how
 * many of the items may have been announced, rather than how many have.
 */
export class Owed {
  #items: Item[] = [];
  #announced = new Set([0]);

  add(sequence: number, merges: boolean): void {
    this.#items.push({ sequence, merges });
  }

  /** Whether one is still to come, whatever those that came were for. */
  get must(): boolean {
    return !this.#announced.has(this.#items.length);
  }

  /** Any number of them may have been announced before: none has to be. */
  mayHaveCome(): void {
    this.#announced = new Set([...this.#items.keys(), this.#items.length]);
  }

  /** Takes one notification; false when none was owed. */
  notified(): boolean {
    const announced = new Set<number>();
    for (const before of this.#announced) {
      for (let after = before + 1; after <= this.#items.length; after += 1) {
        announced.add(after);
        if (!this.#items[after - 1]?.merges || !this.#items[after]?.merges) break;
      }
    }
    this.#announced = announced;
    return announced.size > 0;
  }

  /** The client has read up to here: what is not announced need not be. */
  read(sequence: number): void {
    const gone = this.#items.filter((item) => item.sequence <= sequence).length;
    this.#items = this.#items.slice(gone);
    this.#announced = new Set([...this.#announced].map((count) => Math.max(0, count - gone)));
  }

  /** The client does not keep up: what is not announced may become one. */
  fellBehind(): void {
    for (const item of this.#items) item.merges = true;
  }

  /** What is not announced has become one, for sure. */
  merge(): void {
    const newest = this.#items.at(-1);
    if (newest === undefined) return;
    const mayBeAll = this.#announced.has(this.#items.length);
    const mayBeFewer = [...this.#announced].some((count) => count < this.#items.length);
    this.#items = mayBeFewer ? [newest] : [];
    this.#announced = new Set(mayBeFewer && mayBeAll ? [0, 1] : [0]);
  }
}
