import { type Inbox, RefusedError, type Retention } from "../inbox/index.ts";
import type { Database, Statement } from "./database.ts";
import { isSame } from "./hashes.ts";
import { Table } from "./table.ts";

/** Inboxes in all. */
export const INBOXES_MAX = 1_000;

export interface InboxRow {
  readonly id: number;
  readonly name: string;
  readonly read_hash: Uint8Array;
  readonly manage_hash: Uint8Array;
  readonly created_at: number;
  readonly items_max: number;
  readonly age_max: number | null;
  readonly bytes_max: number;
  readonly when_full: Retention["whenFull"];
  readonly newest: number;
  readonly oldest: number;
  readonly bytes: number;
}

/** The inboxes, as they are stored. */
export class InboxRows {
  readonly table: Table<InboxRow>;
  readonly #count: Statement;
  readonly #all: ReturnType<Table<InboxRow>["query"]>;
  readonly #byName: ReturnType<Table<InboxRow>["query"]>;
  readonly #byKey: ReturnType<Table<InboxRow>["query"]>;

  constructor(database: Database) {
    this.table = new Table<InboxRow>(database, {
      name: "inboxes",
      columns: {
        id: "number",
        name: "text",
        read_hash: "bytes",
        manage_hash: "bytes",
        created_at: "number",
        items_max: "number",
        age_max: "number",
        bytes_max: "number",
        when_full: "text",
        newest: "number",
        oldest: "number",
        bytes: "number",
      },
      keys: 1,
    });
    this.#count = database.prepare("SELECT count(*) FROM inboxes");
    this.#all = this.table.query("ORDER BY id");
    this.#byName = this.table.query("WHERE name = ?1");
    this.#byKey = this.table.query("WHERE read_hash = ?1 OR manage_hash = ?1");
  }

  get count(): number {
    return Number(this.#count.get()?.[0]);
  }

  all(): readonly InboxRow[] {
    return this.#all.all();
  }

  find(id: number): InboxRow | undefined {
    return this.table.get(id);
  }

  /** @throws RefusedError `NotFound` */
  get(id: number): InboxRow {
    const row = this.find(id);
    if (row === undefined) throw new RefusedError({ code: "NotFound", message: `There is no inbox ${id}.` });
    return row;
  }

  /** @throws RefusedError `InvalidArgument` when another has that name */
  checkName(name: string, own?: number): void {
    const other = this.#byName.first(name);
    if (other === undefined || other.id === own) return;
    throw new RefusedError({
      code: "InvalidArgument",
      message: `There is an inbox "${name}" already: choose another name.`,
    });
  }

  byKey(hash: Uint8Array): { readonly inbox: number; readonly right: "read" | "manage" } | undefined {
    const row = this.#byKey.first(hash);
    if (row === undefined) return undefined;
    if (isSame(row.read_hash, hash)) return { inbox: row.id, right: "read" };
    return isSame(row.manage_hash, hash) ? { inbox: row.id, right: "manage" } : undefined;
  }
}

export function inboxOf(row: InboxRow, bells: number): Inbox {
  const { id, name, newest, oldest, bytes } = row;
  return { id, name, createdAt: row.created_at, retention: retentionOf(row), newest, oldest, bytes, bells };
}

export function retentionOf({ items_max, age_max, bytes_max, when_full }: InboxRow): Retention {
  return { itemsMax: items_max, ageMaxMs: age_max, bytesMax: bytes_max, whenFull: when_full };
}

type RetentionColumns = Pick<InboxRow, "items_max" | "age_max" | "bytes_max" | "when_full">;

export function columnsOf({ itemsMax, ageMaxMs, bytesMax, whenFull }: Retention): RetentionColumns {
  return { items_max: itemsMax, age_max: ageMaxMs, bytes_max: bytesMax, when_full: whenFull };
}
