import { RefusedError } from "../inbox/index.ts";
import type { Database, Statement } from "./database.ts";
import { isSame } from "./hashes.ts";
import type { StoredBell } from "./store.ts";
import { Table } from "./table.ts";

/** Bells of an inbox that are not revoked. */
export const BELLS_MAX = 1_000;

export interface BellRow {
  readonly id: number;
  readonly inbox: number;
  readonly label: string;
  /** null once it is revoked */
  readonly hash: Uint8Array | null;
  readonly created_at: number;
  readonly paused: number;
  readonly revoked: number;
  readonly per_minute: number;
  readonly bytes_max: number;
  readonly rings_max: number | null;
  readonly expires_at: number | null;
  readonly rings: number;
  readonly last_rang_at: number | null;
  /** The number of its newest item. */
  readonly last_sequence: number;
}

/** The bells, as they are stored. */
export class BellRows {
  readonly table: Table<BellRow>;
  readonly #ofInbox: ReturnType<Table<BellRow>["query"]>;
  readonly #byHash: ReturnType<Table<BellRow>["query"]>;
  readonly #count: Statement;
  readonly #revokedWithout: Statement;

  constructor(database: Database) {
    this.table = new Table<BellRow>(database, {
      name: "bells",
      columns: {
        id: "number",
        inbox: "number",
        label: "text",
        hash: "bytes",
        created_at: "number",
        paused: "number",
        revoked: "number",
        per_minute: "number",
        bytes_max: "number",
        rings_max: "number",
        expires_at: "number",
        rings: "number",
        last_rang_at: "number",
        last_sequence: "number",
      },
      keys: 1,
    });
    this.#ofInbox = this.table.query("WHERE inbox = ?1 ORDER BY id");
    this.#byHash = this.table.query("WHERE hash = ?1");
    this.#count = database.prepare("SELECT count(*) FROM bells WHERE inbox = ?1 AND revoked = 0");
    this.#revokedWithout = database.prepare(
      "SELECT id FROM bells WHERE inbox = ?1 AND revoked = 1 AND last_sequence < ?2",
    );
  }

  /** With those that are revoked. */
  ofInbox(inbox: number): readonly BellRow[] {
    return this.#ofInbox.all(inbox);
  }

  /** Without those that are revoked. */
  count(inbox: number): number {
    return Number(this.#count.get(inbox)?.[0]);
  }

  find(id: number): BellRow | undefined {
    return this.table.get(id);
  }

  /** @throws RefusedError `NotFound` for one that is revoked, too */
  get(id: number): BellRow {
    const row = this.find(id);
    if (row === undefined || row.revoked === 1)
      throw new RefusedError({ code: "NotFound", message: `There is no bell ${id}.` });
    return row;
  }

  byHash(hash: Uint8Array): BellRow | undefined {
    const row = this.#byHash.first(hash);
    return row !== undefined && isSame(row.hash, hash) ? row : undefined;
  }

  /** Those that are revoked and whose items are all gone, as the oldest that is kept has that number. */
  revokedWithout(inbox: number, oldest: number): readonly number[] {
    return this.#revokedWithout.all(inbox, oldest).map(([id]) => Number(id));
  }
}

export function bellOf(row: BellRow): StoredBell {
  return {
    id: row.id,
    inbox: row.inbox,
    label: row.label,
    createdAt: row.created_at,
    paused: row.paused === 1,
    revoked: row.revoked === 1,
    perMinute: row.per_minute,
    bytesMax: row.bytes_max,
    ringsMax: row.rings_max,
    expiresAt: row.expires_at,
    rings: row.rings,
    lastRangAt: row.last_rang_at,
  };
}
