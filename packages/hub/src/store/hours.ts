import type { Database, Statement } from "./database.ts";
import { Table } from "./table.ts";

const HOUR_MS = 3_600_000;
/** How far back rings are counted, from a bell's last one. */
const KEPT_HOURS = 7 * 24;

interface HourRow {
  readonly bell: number;
  /** Hours since 1970, by the wall clock. */
  readonly hour: number;
  readonly rings: number;
}

/** How often each bell was rung, by the hour. */
export class Hours {
  readonly #table: Table<HourRow>;
  readonly #since: ReturnType<Table<HourRow>["query"]>;
  readonly #trim: Statement;
  readonly #forget: Statement;

  constructor(database: Database) {
    this.#table = new Table<HourRow>(database, {
      name: "hours",
      columns: { bell: "number", hour: "number", rings: "number" },
      keys: 2,
    });
    this.#since = this.#table.query("WHERE bell = ?1 AND hour >= ?2 ORDER BY hour");
    this.#trim = database.prepare("DELETE FROM hours WHERE bell = ?1 AND hour <= ?2");
    this.#forget = database.prepare("DELETE FROM hours WHERE bell = ?1");
  }

  count(bell: number, at: number): void {
    const hour = Math.floor(at / HOUR_MS);
    const row = this.#table.get(bell, hour);
    if (row !== undefined) return this.#table.update({ ...row, rings: row.rings + 1 });
    this.#table.insert({ bell, hour, rings: 1 });
    this.#trim.run(bell, hour - KEPT_HOURS);
  }

  /** Each hour by its beginning, in milliseconds since 1970. */
  since(bell: number, from: number): readonly { readonly hour: number; readonly rings: number }[] {
    return this.#since
      .all(bell, Math.floor(from / HOUR_MS))
      .map(({ hour, rings }) => ({ hour: hour * HOUR_MS, rings }));
  }

  forget(bell: number): void {
    this.#forget.run(bell);
  }
}
