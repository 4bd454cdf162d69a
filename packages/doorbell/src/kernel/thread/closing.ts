/** Connections of a lane that have ended, until all that came by them is taken from the ring. */
export class Closing {
  /** With how many slots that were published before the end are left. */
  readonly #waiting: { readonly connection: number; left: number }[] = [];
  readonly #drained: (connection: number) => void;

  constructor(drained: (connection: number) => void) {
    this.#drained = drained;
  }

  /** A connection has ended, and so many slots may still hold messages of it. */
  add(connection: number, left: number): void {
    this.#waiting.push({ connection, left });
    this.settle();
  }

  /** So many slots were taken. */
  taken(count: number): void {
    if (this.#waiting.length > 0) for (const one of this.#waiting) one.left -= count;
  }

  /** Lets go of those of which nothing can come any more. */
  settle(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.left <= 0; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#drained(next.connection);
    }
  }
}
