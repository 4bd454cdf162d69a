import type { BookKeeper } from "./book.ts";
import type { Database, Statement } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Log, StoredItem } from "./store.ts";
import { Table } from "./table.ts";

/** Ads that are kept: with ads of at most 1 KiB, some 10 MiB. */
const ADS_MAX = 10_000;

interface AdRow {
  readonly sequence: number;
  readonly text: string;
}

/** The newest 10,000 ads of the board. */
export class Ads implements Log {
  readonly #book: BookKeeper;
  readonly #commit: GroupCommit;
  readonly #table: Table<AdRow>;
  readonly #next: ReturnType<Table<AdRow>["query"]>;
  readonly #extent: Statement;

  constructor(database: Database, book: BookKeeper, commit: GroupCommit) {
    this.#book = book;
    this.#commit = commit;
    this.#table = new Table<AdRow>(database, { name: "ads", columns: { sequence: "number", text: "text" }, keys: 1 });
    this.#next = this.#table.query("WHERE sequence > ?1 ORDER BY sequence LIMIT 1");
    this.#extent = database.prepare("SELECT count(*), max(sequence) FROM ads");
  }

  get newest(): number {
    return this.#book.read().ads;
  }

  append(text: string): Promise<number> {
    return this.#commit.write(() => {
      const { ads: sequence } = this.#book.change(({ ads }) => ({ ads: ads + 1 }));
      this.#table.insert({ sequence, text });
      this.#table.delete(sequence - ADS_MAX);
      return sequence;
    });
  }

  async next(after: number): Promise<StoredItem | undefined> {
    return this.#next.first(after);
  }

  /** Whether all are there that should be. */
  isWhole(): boolean {
    const { newest } = this;
    const [count, last] = this.#extent.get() ?? [];
    return count === Math.min(newest, ADS_MAX) && (newest === 0 || last === newest);
  }
}
