import { RefusedError } from "../inbox/rules.ts";
import type { Inbox, Page, PageQuery, Publication } from "../inbox/types.ts";
import type { Database, GroupCommit } from "./database.ts";
import {
  bellOf,
  type BellRow,
  BellRows,
  BELLS_MAX,
  columnsOf,
  Hours,
  INBOXES_MAX,
  inboxOf,
  type InboxRow,
  InboxRows,
  itemOf,
  type ItemRow,
  ItemRows,
  type Known,
  Repeats,
  retentionOf,
} from "./rows.ts";
import type { Appended, InboxStore, NewItem, StoredBell } from "./store.ts";
import type { BookKeeper, StoreTime } from "./table.ts";

/** What is let go of in one transaction, at most. */
const PRUNED_AT_ONCE = 1_000;

interface InboxesOptions {
  readonly database: Database;
  readonly book: BookKeeper;
  readonly commit: GroupCommit;
  readonly time: StoreTime;
}

/** Inboxes, their bells and their items, in a database. */
export class Inboxes implements InboxStore {
  readonly #options: InboxesOptions;
  readonly #rows: Rows;
  readonly #items: Items;

  constructor(options: InboxesOptions) {
    const { database } = options;
    this.#options = options;
    this.#rows = {
      inboxes: new InboxRows(database),
      bells: new BellRows(database),
      items: new ItemRows(database),
      repeats: new Repeats(database),
      hours: new Hours(database),
    };
    this.#items = new Items(this.#rows);
  }

  createInbox({ name, readHash, manageHash, retention, at }: Parameters<InboxStore["createInbox"]>[0]): Promise<Inbox> {
    const { book, commit } = this.#options;
    const { inboxes } = this.#rows;
    return commit.write(() => {
      if (inboxes.count >= INBOXES_MAX)
        throw limitReached(`There are ${INBOXES_MAX} inboxes, and that is as many as there can be: delete one.`);
      inboxes.checkName(name);
      const { inboxes: id } = book.change((last) => ({ inboxes: last.inboxes + 1 }));
      const counts = { newest: 0, oldest: 1, bytes: 0 };
      const keys = { read_hash: readHash, manage_hash: manageHash };
      const row: InboxRow = { id, name, ...keys, created_at: at, ...columnsOf(retention), ...counts };
      inboxes.table.insert(row);
      return inboxOf(row, 0);
    });
  }

  inboxes(): readonly Inbox[] {
    return this.#rows.inboxes.all().map((row) => this.#inboxOf(row));
  }

  inbox(id: number): Inbox | undefined {
    const row = this.#rows.inboxes.find(id);
    return row === undefined ? undefined : this.#inboxOf(row);
  }

  inboxByKey(hash: Uint8Array): ReturnType<InboxStore["inboxByKey"]> {
    return this.#rows.inboxes.byKey(hash);
  }

  changeInbox(
    id: number,
    { name, retention, readHash, manageHash }: Parameters<InboxStore["changeInbox"]>[1],
  ): Promise<Inbox> {
    const { inboxes } = this.#rows;
    return this.#options.commit.write(() => {
      const row = inboxes.get(id);
      if (name !== undefined) inboxes.checkName(name, id);
      const changed: InboxRow = {
        ...row,
        name: name ?? row.name,
        read_hash: readHash ?? row.read_hash,
        manage_hash: manageHash ?? row.manage_hash,
        ...columnsOf(retention ?? retentionOf(row)),
      };
      inboxes.table.update(changed);
      return this.#inboxOf(changed.when_full === "dropOldest" ? this.#items.trim(changed) : changed);
    });
  }

  deleteInbox(id: number): Promise<void> {
    const { inboxes, bells, items } = this.#rows;
    return this.#options.commit.write(() => {
      inboxes.get(id);
      for (const bell of bells.ofInbox(id)) this.#items.forgetBell(bell.id);
      items.deleteAll(id);
      inboxes.table.delete(id);
    });
  }

  createBell(inbox: number, bell: Parameters<InboxStore["createBell"]>[1]): Promise<StoredBell> {
    const { book, commit } = this.#options;
    const { inboxes, bells } = this.#rows;
    return commit.write(() => {
      inboxes.get(inbox);
      if (bells.count(inbox) >= BELLS_MAX)
        throw limitReached(`The inbox has ${BELLS_MAX} bells, and that is as many as it can have: revoke one.`);
      const { bells: id } = book.change((last) => ({ bells: last.bells + 1 }));
      const { label, hash, at, perMinute, bytesMax, ringsMax, expiresAt } = bell;
      const row = {
        id,
        inbox,
        label,
        hash,
        created_at: at,
        paused: 0,
        revoked: 0,
        per_minute: perMinute,
        bytes_max: bytesMax,
        rings_max: ringsMax,
        expires_at: expiresAt,
        rings: 0,
        last_rang_at: null,
        last_sequence: 0,
      };
      bells.table.insert(row);
      return bellOf(row);
    });
  }

  bells(inbox: number): readonly StoredBell[] {
    return this.#rows.bells.ofInbox(inbox).map(bellOf);
  }

  bell(id: number): StoredBell | undefined {
    const row = this.#rows.bells.find(id);
    return row === undefined ? undefined : bellOf(row);
  }

  bellByHash(hash: Uint8Array): StoredBell | undefined {
    const row = this.#rows.bells.byHash(hash);
    return row === undefined ? undefined : bellOf(row);
  }

  changeBell(id: number, change: Parameters<InboxStore["changeBell"]>[1]): Promise<StoredBell> {
    const { bells } = this.#rows;
    return this.#options.commit.write(() => {
      const row = bells.get(id);
      const { label, paused, perMinute, bytesMax, ringsMax, expiresAt } = { ...bellOf(row), ...change };
      const changed = {
        ...row,
        label,
        paused: paused ? 1 : 0,
        per_minute: perMinute,
        bytes_max: bytesMax,
        rings_max: ringsMax,
        expires_at: expiresAt,
      };
      bells.table.update(changed);
      return bellOf(changed);
    });
  }

  revokeBell(id: number): Promise<void> {
    const { inboxes, bells } = this.#rows;
    return this.#options.commit.write(() => {
      const row = bells.get(id);
      if (row.last_sequence < inboxes.get(row.inbox).oldest) this.#items.forgetBell(id);
      else bells.table.update({ ...row, revoked: 1, hash: null });
    });
  }

  append(item: NewItem): Promise<Appended> {
    return this.#options.commit.write(() => this.#items.append(item, this.#options.time.now()));
  }

  page(inbox: number, query: PageQuery): Page {
    return this.#items.page(inbox, query);
  }

  ringsByHour(bell: number, from: number): readonly { readonly hour: number; readonly rings: number }[] {
    return this.#rows.hours.since(bell, from);
  }

  async prune(): Promise<boolean> {
    const now = this.#options.time.now();
    // Looked at first: a transaction that changes nothing is not worth a sync.
    if (!this.#isToPrune(now)) return false;
    return await this.#options.commit.write(() => {
      let left = PRUNED_AT_ONCE;
      for (const row of this.#rows.inboxes.all())
        if (this.#items.hasOld(row, now)) left -= this.#items.prune(row, now, left).oldest - row.oldest;
      this.#rows.repeats.prune(now, PRUNED_AT_ONCE);
      return this.#isToPrune(now);
    });
  }

  #isToPrune(now: number): boolean {
    return this.#rows.repeats.areOld(now) || this.#rows.inboxes.all().some((row) => this.#items.hasOld(row, now));
  }

  /** Whether all is there that should be. */
  isWhole(): boolean {
    const { inboxes, items } = this.#rows;
    return inboxes.all().every(({ id, oldest, newest }) => items.isDense(id, oldest, newest));
  }

  #inboxOf(row: InboxRow): Inbox {
    return inboxOf(row, this.#rows.bells.count(row.id));
  }
}

/** All that items touch. */
interface Rows {
  readonly inboxes: InboxRows;
  readonly bells: BellRows;
  readonly items: ItemRows;
  readonly repeats: Repeats;
  readonly hours: Hours;
}

function limitReached(message: string): RefusedError {
  return new RefusedError({ code: "LimitReached", message });
}

/** What is done with items, within a transaction of the caller's. `now` is always the store's time. */
class Items {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** @throws RefusedError `InboxFull`, `KeyReused`, `BellUsedUp`, `UnknownBell` */
  append(item: NewItem, now: number): Appended {
    const { bells, inboxes, items, repeats, hours } = this.#rows;
    const bell = bells.find(item.bell);
    if (bell === undefined || bell.revoked === 1)
      throw new RefusedError({ code: "UnknownBell", message: "No bell has that address." });
    const known = repeats.find(item, now);
    if (known !== undefined) return { item: itemOf(rowOf(item, bell, known, now)), isRepeat: true };
    if (bell.rings_max !== null && bell.rings >= bell.rings_max)
      throw new RefusedError({
        code: "BellUsedUp",
        message: `The bell was rung ${bell.rings} times, and that was all.`,
      });
    const inbox = inboxes.get(bell.inbox);
    const { id, at } = item;
    const row = rowOf(item, bell, { sequence: inbox.newest + 1, id, at, label: bell.label }, now);
    const room = this.#makeRoom(inbox, row.bytes);
    items.table.insert(row);
    inboxes.table.update({ ...room, newest: row.sequence, bytes: room.bytes + row.bytes });
    bells.table.update({ ...bell, rings: bell.rings + 1, last_rang_at: at, last_sequence: row.sequence });
    hours.count(bell.id, at);
    repeats.note(item, { sequence: row.sequence, id, at, label: bell.label }, now);
    return { item: itemOf(row), isRepeat: false };
  }

  /** @throws RefusedError `NotFound` */
  page(inbox: number, query: PageQuery): Page {
    const { newest, oldest } = this.#rows.inboxes.get(inbox);
    const { limit = 50 } = query;
    const found = this.#rows.items.page(inbox, { ...query, limit });
    return { items: found.slice(0, limit).map(itemOf), more: found.length > limit, newest, oldest };
  }

  /** Lets go of the oldest until the inbox is within its limits, as they are now. */
  trim(inbox: InboxRow): InboxRow {
    return this.#dropWhile(inbox, ({ oldest, newest, bytes }) => isOver(inbox, newest - oldest + 1, bytes));
  }

  /** Lets go of at most `most` that are too old. */
  prune(inbox: InboxRow, now: number, most: number): InboxRow {
    let left = most;
    return this.#dropWhile(inbox, (row) => left-- > 0 && this.hasOld(row, now));
  }

  /** Whether its oldest item is too old. */
  hasOld({ id, oldest, newest, age_max }: InboxRow, now: number): boolean {
    if (age_max === null || oldest > newest) return false;
    const first = this.#rows.items.table.get(id, oldest);
    return first !== undefined && first.stored_at <= now - age_max;
  }

  /** A bell goes, with all that was counted and remembered of it. */
  forgetBell(id: number): void {
    const { bells, hours, repeats } = this.#rows;
    bells.table.delete(id);
    hours.forget(id);
    repeats.forget(id);
  }

  #makeRoom(inbox: InboxRow, bytes: number): InboxRow {
    const isFull = ({ oldest, newest, bytes: held }: InboxRow): boolean =>
      isOver(inbox, newest - oldest + 2, held + bytes);
    if (bytes > inbox.bytes_max || (inbox.when_full === "refuse" && isFull(inbox)))
      throw new RefusedError({
        code: "InboxFull",
        message: "The inbox is full, and keeps what it has: it takes more when its owner makes room.",
      });
    return this.#dropWhile(inbox, isFull);
  }

  /** Lets go of the oldest as long as that holds and there is one. What it gives has been stored, if it differs. */
  #dropWhile(inbox: InboxRow, isToGo: (row: InboxRow) => boolean): InboxRow {
    const { inboxes, items } = this.#rows;
    let { oldest, bytes } = inbox;
    while (oldest <= inbox.newest && isToGo({ ...inbox, oldest, bytes })) {
      bytes -= items.table.get(inbox.id, oldest)?.bytes ?? 0;
      items.table.delete(inbox.id, oldest);
      oldest += 1;
    }
    if (oldest === inbox.oldest) return inbox;
    const row = { ...inbox, oldest, bytes };
    inboxes.table.update(row);
    this.#forgetRevoked(row);
    return row;
  }

  /** A bell that is revoked goes with its last item. */
  #forgetRevoked({ id, oldest }: InboxRow): void {
    for (const bell of this.#rows.bells.revokedWithout(id, oldest)) this.forgetBell(bell);
  }
}

function isOver({ items_max, bytes_max }: InboxRow, items: number, bytes: number): boolean {
  return items > items_max || bytes > bytes_max;
}

function rowOf({ publication }: NewItem, bell: BellRow, known: Known, now: number): ItemRow {
  const { title = null, text, priority = 3, tags = [], click = null } = publication;
  const { sequence, id, at, label } = known;
  return {
    inbox: bell.inbox,
    sequence,
    id,
    at,
    stored_at: now,
    bell: bell.id,
    label,
    title,
    text,
    priority,
    tags: JSON.stringify(tags),
    click,
    bytes: bytesOf(publication),
  };
}

function bytesOf({ title = "", text, tags = [], click = "" }: Publication): number {
  return Buffer.byteLength(title + text + tags.join("") + click);
}
