/**
 * Things in the order they came, any of which can leave. Finding the first takes no time however many have left before
 * it: a set alone would look again and again at where they were.
 */
export class Line<T> {
  readonly #set = new Set<T>();
  #ahead: IterableIterator<T> = this.#set.values();
  #first: T | undefined;

  get size(): number {
    return this.#set.size;
  }

  get first(): T | undefined {
    if (this.#set.size === 0) return undefined;
    while (this.#first === undefined || !this.#set.has(this.#first)) {
      const next = this.#ahead.next();
      if (next.done === true) this.#ahead = this.#set.values();
      else this.#first = next.value;
    }
    return this.#first;
  }

  add(one: T): void {
    this.#set.add(one);
  }

  delete(one: T): void {
    this.#set.delete(one);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#set.values();
  }
}
