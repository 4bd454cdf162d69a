import type { Log, Store, StoredItem } from "./store.ts";

/** Ads that are kept: with ads of at most 1 KiB, some 10 MiB. */
const ADS_MAX = 10_000;

/** A store that survives nothing: what it holds ends with the process. */
export class MemoryStore implements Pick<Store, "ads" | typeof Symbol.asyncDispose> {
  readonly ads: Log = new MemoryLog(ADS_MAX);

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The newest `itemsMax` items, in memory. */
export class MemoryLog implements Log {
  readonly #itemsMax: number;
  readonly #items: string[] = [];
  #newest = 0;

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  get newest(): number {
    return this.#newest;
  }

  async append(text: string): Promise<number> {
    this.#items.push(text);
    if (this.#items.length > this.#itemsMax) this.#items.shift();
    this.#newest += 1;
    return this.#newest;
  }

  async next(after: number): Promise<StoredItem | undefined> {
    const oldest = this.#newest - this.#items.length + 1;
    const sequence = Math.max(after + 1, oldest);
    const text = this.#items[sequence - oldest];
    return text === undefined ? undefined : { text, sequence };
  }
}
