import type { Database } from "./database.ts";
import { Table } from "./table.ts";

/** What a store knows of itself. */
export interface Book {
  readonly id: number;
  readonly era: number;
  /** Transactions so far. */
  readonly commits: number;
  /** The store's time at the last of them: see `StoreTime`. */
  readonly time: number;
  /** The newest number of an ad, an inbox and a bell: none is used twice. */
  readonly ads: number;
  readonly inboxes: number;
  readonly bells: number;
  readonly owner_hash: Uint8Array | null;
}

/** The one row of the store's book. */
export class BookKeeper {
  readonly #table: Table<Book>;

  constructor(database: Database) {
    this.#table = new Table<Book>(database, {
      name: "book",
      columns: {
        id: "number",
        era: "number",
        commits: "number",
        time: "number",
        ads: "number",
        inboxes: "number",
        bells: "number",
        owner_hash: "bytes",
      },
      keys: 1,
    });
  }

  /** Undefined before `begin`. */
  find(): Book | undefined {
    return this.#table.get(1);
  }

  read(): Book {
    const book = this.find();
    if (book === undefined) throw new TypeError("The store has no book.");
    return book;
  }

  begin(era: number, time: number): void {
    this.#table.insert({ id: 1, era, commits: 1, time, ads: 0, inboxes: 0, bells: 0, owner_hash: null });
  }

  /** Changes it by what it is, and gives what it is then. */
  change(change: (book: Book) => Partial<Book>): Book {
    const book = this.read();
    const changed = { ...book, ...change(book) };
    this.#table.update(changed);
    return changed;
  }
}
