import type { Item, PageQuery, Priority } from "../inbox/index.ts";
import type { Database, Row, Statement } from "./database.ts";
import { Table } from "./table.ts";

export interface ItemRow {
  readonly inbox: number;
  readonly sequence: number;
  readonly id: string;
  readonly at: number;
  /** By the store's time. */
  readonly stored_at: number;
  readonly bell: number;
  readonly label: string;
  readonly title: string | null;
  readonly text: string;
  readonly priority: number;
  /** A list, as JSON. */
  readonly tags: string;
  readonly click: string | null;
  /** What it counts for in `bytesMax`. */
  readonly bytes: number;
}

/** The items, as they are stored. */
export class ItemRows {
  readonly table: Table<ItemRow>;
  readonly #onward: ReturnType<Table<ItemRow>["query"]>;
  readonly #backward: ReturnType<Table<ItemRow>["query"]>;
  readonly #deleteAll: Statement;
  readonly #extent: Statement;

  constructor(database: Database) {
    this.table = new Table<ItemRow>(database, {
      name: "items",
      columns: {
        inbox: "number",
        sequence: "number",
        id: "text",
        at: "number",
        stored_at: "number",
        bell: "number",
        label: "text",
        title: "text",
        text: "text",
        priority: "number",
        tags: "text",
        click: "text",
        bytes: "number",
      },
      keys: 2,
    });
    const between = "WHERE inbox = ?1 AND sequence > ?2 AND sequence < ?3 ORDER BY sequence";
    this.#onward = this.table.query(`${between} LIMIT ?4`);
    this.#backward = this.table.query(`${between} DESC LIMIT ?4`);
    this.#deleteAll = database.prepare("DELETE FROM items WHERE inbox = ?1");
    this.#extent = database.prepare("SELECT count(*), min(sequence), max(sequence) FROM items WHERE inbox = ?1");
  }

  deleteAll(inbox: number): void {
    this.#deleteAll.run(inbox);
  }

  /** Whether an inbox has these and no others. */
  isDense(inbox: number, oldest: number, newest: number): boolean {
    const [count, first, last] = this.#extent.get(inbox) ?? [];
    return oldest > newest ? count === 0 : count === newest - oldest + 1 && first === oldest && last === newest;
  }

  /** Those of a page, and one more if there is one. */
  page(inbox: number, { after, before, limit, search = "" }: PageQuery & { readonly limit: number }): ItemRow[] {
    const wanted = search.toLowerCase();
    const most = wanted === "" ? limit + 1 : -1;
    const range: Row = [inbox, after ?? 0, before ?? Number.MAX_SAFE_INTEGER, most];
    const found: ItemRow[] = [];
    for (const row of (after === undefined ? this.#backward : this.#onward).each(...range)) {
      if (wanted !== "" && !has(row, wanted)) continue;
      found.push(row);
      if (found.length > limit) break;
    }
    return found;
  }
}

function has({ title, text, tags, label }: ItemRow, wanted: string): boolean {
  const places = [title ?? "", text, label, ...(JSON.parse(tags) as string[])];
  return places.some((place) => place.toLowerCase().includes(wanted));
}

export function itemOf(row: ItemRow): Item {
  const { sequence, id, at, bell, label, title, text, priority, tags, click } = row;
  return {
    sequence,
    id,
    at,
    bell: { id: bell, label },
    ...(title === null ? {} : { title }),
    text,
    priority: priority as Priority,
    tags: JSON.parse(tags) as string[],
    ...(click === null ? {} : { click }),
  };
}
