/** The tables of inboxes and of what is in them: their rows, and what is asked of them. */

import { RefusedError } from "../inbox/rules.ts";
import type { Inbox, Item, PageQuery, Priority, Retention } from "../inbox/types.ts";
import type { Database, Row, Statement } from "./database.ts";
import { isSame } from "./errors.ts";
import type { NewItem, StoredBell } from "./store.ts";
import { Table } from "./table.ts";
import type { StoreTime } from "./time.ts";

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
  readonly #has: Statement;
  readonly #after: ReturnType<Table<InboxRow>["query"]>;
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
    this.#has = database.prepare("SELECT 1 FROM inboxes WHERE id = ?1");
    this.#after = this.table.query("WHERE id > ?1 ORDER BY id LIMIT ?2");
    this.#byName = this.table.query("WHERE name = ?1");
    this.#byKey = this.table.query("WHERE read_hash = ?1 OR manage_hash = ?1");
  }

  get count(): number {
    return Number(this.#count.get()?.[0]);
  }

  /** Those after this number, at most so many. */
  after(id: number, most: number): readonly InboxRow[] {
    return this.#after.all(id, most);
  }

  byName(name: string): InboxRow | undefined {
    return this.#byName.first(name);
  }

  has(id: number): boolean {
    return this.#has.get(id) !== undefined;
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
    const other = this.byName(name);
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

export interface BellRow {
  readonly id: number;
  readonly inbox: number;
  readonly label: string;
  /** null once it is revoked */
  readonly hash: Uint8Array | null;
  readonly created_at: number;
  /** 1 if it is paused, and 2 more if its end was seen. */
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
  readonly #inboxes: Statement;

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
    this.#ofInbox = this.table.query(
      "WHERE inbox = ?1 AND id > ?2 AND last_sequence >= ?4 * revoked ORDER BY id LIMIT ?3",
    );
    this.#byHash = this.table.query("WHERE hash = ?1");
    this.#count = database.prepare("SELECT count(*) FROM bells WHERE inbox = ?1 AND revoked = 0");
    this.#revokedWithout = database.prepare(
      "SELECT id FROM bells WHERE inbox = ?1 AND revoked = 1 AND last_sequence < ?2 LIMIT 1",
    );
    this.#inboxes = database.prepare("SELECT inbox FROM bells WHERE inbox > ?1 ORDER BY inbox LIMIT 1");
  }

  /** Those after this number, at most so many; revoked ones among them if an item of theirs has at least the number `oldest`. */
  ofInbox(inbox: number, after: number, most: number, oldest: number): readonly BellRow[] {
    return this.#ofInbox.all(inbox, after, most, oldest);
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

  /** One that is revoked and whose items are all gone, if there is one: the oldest item that is kept has that number. */
  revokedWithout(inbox: number, oldest: number): number | undefined {
    return number(this.#revokedWithout.get(inbox, oldest));
  }

  /** The next inbox after this number that has bells, whether it is there or not. */
  nextInbox(after: number): number | undefined {
    return number(this.#inboxes.get(after));
  }
}

function hasEnded({ expires_at }: BellRow, wall: number): boolean {
  return expires_at !== null && expires_at <= wall;
}

function number(row: Row | undefined): number | undefined {
  return row === undefined ? undefined : Number(row[0]);
}

export const PAUSED = 1;
export const EXPIRED = 2;

/** @param wall by which time it ends: see `StoreTime` */
export function bellOf(row: BellRow, wall: number): StoredBell {
  return {
    id: row.id,
    inbox: row.inbox,
    label: row.label,
    createdAt: row.created_at,
    paused: (row.paused & PAUSED) !== 0,
    revoked: row.revoked === 1,
    expired: (row.paused & EXPIRED) !== 0 || hasEnded(row, wall),
    perMinute: row.per_minute,
    bytesMax: row.bytes_max,
    ringsMax: row.rings_max,
    expiresAt: row.expires_at,
    rings: row.rings,
    lastRangAt: row.last_rang_at,
  };
}

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
  readonly #deleteSome: Statement;
  readonly #inboxes: Statement;
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
    this.#deleteSome = database.prepare(
      "DELETE FROM items WHERE inbox = ?1 AND sequence IN (SELECT sequence FROM items WHERE inbox = ?1 LIMIT ?2)",
    );
    this.#inboxes = database.prepare("SELECT inbox FROM items WHERE inbox > ?1 ORDER BY inbox LIMIT 1");
    this.#extent = database.prepare("SELECT count(*), min(sequence), max(sequence) FROM items WHERE inbox = ?1");
  }

  deleteSome(inbox: number, most: number): void {
    this.#deleteSome.run(inbox, most);
  }

  /** The next inbox after this number that has items, whether it is there or not. */
  nextInbox(after: number): number | undefined {
    return number(this.#inboxes.get(after));
  }

  /** Whether an inbox has these and no others. */
  isDense(inbox: number, oldest: number, newest: number): boolean {
    const [count, first, last] = this.#extent.get(inbox) ?? [];
    return oldest > newest ? count === 0 : count === newest - oldest + 1 && first === oldest && last === newest;
  }

  /**
   * Looks at the items of a page's direction, no more than so many or so many bytes of them. Returns those that are wanted, and one
   * more than the limit if there is one. `next` is where to go on if it stopped before it had found them.
   */
  page(
    inbox: number,
    { after, before, limit, search = "" }: PageQuery & { readonly limit: number },
    most: number,
    bytesMost: number,
  ): { readonly found: readonly ItemRow[]; readonly next: number | undefined } {
    const wanted = search.toLowerCase();
    const range: Row = [inbox, after ?? 0, before ?? Number.MAX_SAFE_INTEGER, Math.max(most, limit + 1)];
    const found: ItemRow[] = [];
    let looked = 0;
    let bytes = 0;
    for (const row of (after === undefined ? this.#backward : this.#onward).each(...range)) {
      looked += 1;
      bytes += row.bytes;
      if (has(row, wanted)) found.push(row);
      if (found.length > limit) return { found, next: undefined };
      if (looked >= most || bytes >= bytesMost) return { found, next: row.sequence };
    }
    return { found, next: undefined };
  }
}

function has({ title, text, tags, label }: ItemRow, wanted: string): boolean {
  if (wanted === "") return true;
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

/** How long a key stands for its item. */
const REMEMBERED_MS = 24 * 3_600_000;

interface RepeatRow {
  readonly bell: number;
  readonly key_hash: Uint8Array;
  readonly body_hash: Uint8Array;
  readonly sequence: number;
  readonly id: string;
  readonly at: number;
  readonly label: string;
  /** By the store's time. */
  readonly stored_at: number;
}

/** What was stored under a key. */
export type Known = Pick<RepeatRow, "sequence" | "id" | "at" | "label">;

/** Which item was stored under which idempotency key. */
export class Repeats {
  readonly #table: Table<RepeatRow>;
  readonly #isOld: Statement;
  readonly #prune: Statement;
  readonly #has: Statement;
  readonly #forget: Statement;

  constructor(database: Database) {
    this.#table = new Table<RepeatRow>(database, {
      name: "repeats",
      columns: {
        bell: "number",
        key_hash: "bytes",
        body_hash: "bytes",
        sequence: "number",
        id: "text",
        at: "number",
        label: "text",
        stored_at: "number",
      },
      keys: 2,
    });
    this.#isOld = database.prepare("SELECT 1 FROM repeats WHERE stored_at <= ?1 LIMIT 1");
    this.#prune = database.prepare(
      "DELETE FROM repeats WHERE (bell, key_hash) IN (SELECT bell, key_hash FROM repeats WHERE stored_at <= ?1 LIMIT ?2)",
    );
    this.#has = database.prepare("SELECT 1 FROM repeats WHERE bell = ?1 LIMIT 1");
    this.#forget = database.prepare(
      "DELETE FROM repeats WHERE bell = ?1 AND key_hash IN (SELECT key_hash FROM repeats WHERE bell = ?1 LIMIT ?2)",
    );
  }

  /** @throws RefusedError `KeyReused` when something else was stored under the key */
  find({ bell, idempotency }: NewItem, time: StoreTime): Known | undefined {
    if (idempotency === undefined) return undefined;
    const row = this.#table.get(bell, idempotency.keyHash);
    if (row === undefined || row.stored_at <= time.before(REMEMBERED_MS)) return undefined;
    if (isSame(row.body_hash, idempotency.bodyHash)) return row;
    throw new RefusedError({
      code: "KeyReused",
      message: "This idempotency key was used for another item in the last 24 hours: use a new key for a new item.",
    });
  }

  note({ bell, idempotency }: NewItem, known: Known, now: number): void {
    if (idempotency === undefined) return;
    const { keyHash: key_hash, bodyHash: body_hash } = idempotency;
    this.#table.delete(bell, key_hash);
    this.#table.insert({ bell, key_hash, body_hash, ...known, stored_at: now });
  }

  /** Whether there are some whose time is over. */
  areOld(time: StoreTime): boolean {
    return this.#isOld.get(whole(time.before(REMEMBERED_MS))) !== undefined;
  }

  prune(time: StoreTime, most: number): void {
    this.#prune.run(whole(time.before(REMEMBERED_MS)), most);
  }

  /** Forgets some of a bell's; returns whether there are more. */
  forget(bell: number, most: number): boolean {
    this.#forget.run(bell, most);
    return this.#has.get(bell) !== undefined;
  }
}

/** A number that a database knows. */
function whole(time: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, time);
}

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
