import { type Inbox, type Page, type PageQuery, RefusedError } from "../inbox/index.ts";
import { bellOf, BellRows, BELLS_MAX } from "./bell-rows.ts";
import type { BookKeeper } from "./book.ts";
import type { Database } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import { Hours } from "./hours.ts";
import { columnsOf, inboxOf, type InboxRow, InboxRows, INBOXES_MAX, retentionOf } from "./inbox-rows.ts";
import { ItemRows } from "./item-rows.ts";
import { Items, type Rows } from "./items.ts";
import { Repeats } from "./repeats.ts";
import type { StoreTime } from "./store-time.ts";
import type { Appended, InboxStore, NewItem, StoredBell } from "./store.ts";

/** What is let go of in one transaction, at most. */
const PRUNED_AT_ONCE = 1_000;

export interface InboxesOptions {
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

function limitReached(message: string): RefusedError {
  return new RefusedError({ code: "LimitReached", message });
}
