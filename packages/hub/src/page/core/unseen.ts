/** What is kept in the browser from one visit to the next. Nothing of it is secret. */
export interface Memory {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** How far each inbox was looked at. */
export class Seen {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** How many items came since it was looked at last; what was there before the first visit is not new. */
  unseen(inbox: number, newest: number): number {
    const known = Number(this.#memory.get(`seen.${inbox}`) ?? Number.NaN);
    if (!Number.isSafeInteger(known) || known > newest) {
      this.saw(inbox, newest);
      return 0;
    }
    return newest - known;
  }

  saw(inbox: number, newest: number): void {
    this.#memory.set(`seen.${inbox}`, String(newest));
  }
}
