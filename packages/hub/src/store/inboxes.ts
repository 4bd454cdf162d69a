import { RefusedError } from "../inbox/rules.ts";
import type { Inbox, Page, PageQuery, Publication } from "../inbox/types.ts";
import type { Database, GroupCommit } from "./database.ts";
import {
  bellOf,
  type BellRow,
  BellRows,
  columnsOf,
  EXPIRED,
  Hours,
  inboxOf,
  type InboxRow,
  InboxRows,
  itemOf,
  type ItemRow,
  ItemRows,
  type Known,
  PAUSED,
  Repeats,
  retentionOf,
} from "./rows.ts";
import type { Appended, InboxStore, NewItem, StoredBell, StoreLimits } from "./store.ts";
import type { BookKeeper } from "./table.ts";
import type { StoreTime } from "./time.ts";
import type { Turns } from "./turns.ts";

/** Rows that are let go of in one step, at most: some milliseconds. */
const DROPPED_AT_ONCE = 256;
/** Rows that are looked at in one step, at most, and their bytes. */
const SEARCHED_AT_ONCE = 256;
const BYTES_AT_ONCE = 2 ** 20;

interface InboxesOptions {
  readonly database: Database;
  readonly book: BookKeeper;
  readonly commit: GroupCommit;
  readonly turns: Turns;
  readonly time: StoreTime;
  readonly limits: StoreLimits;
}

/** Inboxes, their bells and their items, in a database. */
export class Inboxes implements InboxStore {
  readonly #options: InboxesOptions;
  readonly #rows: Rows;
  readonly #items: Items;
  /** Those of which something is let go of now. */
  readonly #tidied = new Map<number, Promise<void>>();

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
    this.#items = new Items(this.#rows, options.time, (inbox) => this.#begin(inbox));
  }

  createInbox({ name, readHash, manageHash, retention, at }: Parameters<InboxStore["createInbox"]>[0]): Promise<Inbox> {
    const { book, commit, limits } = this.#options;
    const { inboxes } = this.#rows;
    return commit.write(() => {
      if (inboxes.count >= limits.inboxesMax)
        throw limitReached(
          `There are ${limits.inboxesMax} inboxes, and that is as many as there may be: delete one, or start the hub with a larger --inboxes-max.`,
        );
      inboxes.checkName(name);
      const { inboxes: id } = book.change((last) => ({ inboxes: last.inboxes + 1 }));
      const counts = { newest: 0, oldest: 1, bytes: 0 };
      const keys = { read_hash: readHash, manage_hash: manageHash };
      const row: InboxRow = { id, name, ...keys, created_at: at, ...columnsOf(retention), ...counts };
      inboxes.table.insert(row);
      return inboxOf(row, 0);
    });
  }

  inboxes(after: number, most: number): Promise<readonly Inbox[]> {
    const read = (): Inbox[] => this.#rows.inboxes.after(after, most).map((row) => this.#inboxOf(row));
    return this.#options.turns.read(NO_INBOX, read);
  }

  hasInbox(name: string): boolean {
    return this.#rows.inboxes.byName(name) !== undefined;
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
      // A little goes at once, much of it in steps.
      this.#items.excess(id)?.();
      this.#begin(id);
      return this.#inboxOf(inboxes.get(id));
    }, ofInbox(id));
  }

  deleteInbox(id: number): Promise<void> {
    const { inboxes } = this.#rows;
    return this.#options.commit.write(() => {
      inboxes.get(id);
      inboxes.table.delete(id);
      // From now on nothing finds its bells and items, which go in steps; after an end amid of them, at a later `prune`.
      this.#begin(id);
    }, ofInbox(id));
  }

  createBell(inbox: number, bell: Parameters<InboxStore["createBell"]>[1]): Promise<StoredBell> {
    const { book, commit, time, limits } = this.#options;
    const { inboxes, bells } = this.#rows;
    return commit.write(() => {
      inboxes.get(inbox);
      if (bells.count(inbox) >= limits.bellsMax)
        throw limitReached(
          `The inbox has ${limits.bellsMax} bells, and that is as many as it may have: revoke one, or start the hub with a larger --bells-max.`,
        );
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
      return bellOf(row, time.wall());
    }, ofInbox(inbox));
  }

  bells(inbox: number, after: number, most: number): Promise<readonly StoredBell[]> {
    return this.#options.turns.read(inbox, () => {
      const row = this.#rows.inboxes.find(inbox);
      if (row === undefined) return [];
      return this.#rows.bells.ofInbox(inbox, after, most, row.oldest).map((bell) => this.#bellOf(bell));
    });
  }

  bell(id: number): StoredBell | undefined {
    return this.#kept(this.#rows.bells.find(id));
  }

  bellByHash(hash: Uint8Array): StoredBell | undefined {
    return this.#kept(this.#rows.bells.byHash(hash));
  }

  /** A bell as it is now. That its end has come is noted: no clock that goes back lets it ring again. */
  #bellOf(row: BellRow): StoredBell {
    const bell = bellOf(row, this.#options.time.wall());
    if (bell.expired && (row.paused & EXPIRED) === 0 && row.revoked === 0)
      this.#options.commit
        .write(() => {
          const now = this.#rows.bells.find(bell.id);
          if (now?.expires_at === row.expires_at)
            this.#rows.bells.table.update({ ...now, paused: now.paused | EXPIRED });
        }, ofInbox(bell.inbox))
        .catch(() => {});
    return bell;
  }

  /** The bell, if its inbox is there, and an item of it if it is revoked: other rows are about to go. */
  #kept(row: BellRow | undefined): StoredBell | undefined {
    if (row === undefined) return undefined;
    const { inboxes } = this.#rows;
    const isKept =
      row.revoked === 0 ? inboxes.has(row.inbox) : row.last_sequence >= (inboxes.find(row.inbox)?.oldest ?? Infinity);
    return isKept ? this.#bellOf(row) : undefined;
  }

  changeBell(
    { id, inbox }: Parameters<InboxStore["changeBell"]>[0],
    change: Parameters<InboxStore["changeBell"]>[1],
  ): Promise<StoredBell> {
    const { bells } = this.#rows;
    const { commit, time } = this.#options;
    return commit.write(() => {
      const row = bells.get(id);
      const { label, paused, perMinute, bytesMax, ringsMax, expiresAt } = { ...bellOf(row, time.wall()), ...change };
      const expired = change.expiresAt === undefined ? row.paused & EXPIRED : 0;
      const changed = {
        ...row,
        label,
        paused: (paused ? PAUSED : 0) | expired,
        per_minute: perMinute,
        bytes_max: bytesMax,
        rings_max: ringsMax,
        expires_at: expiresAt,
      };
      bells.table.update(changed);
      return bellOf(changed, time.wall());
    }, ofInbox(inbox));
  }

  revokeBell({ id, inbox }: Parameters<InboxStore["revokeBell"]>[0]): Promise<void> {
    const { bells } = this.#rows;
    return this.#options.commit.write(() => {
      bells.table.update({ ...bells.get(id), revoked: 1, hash: null });
      this.#begin(inbox);
    }, ofInbox(inbox));
  }

  append(item: NewItem): Promise<Appended> {
    return this.#options.commit.write(() => this.#items.append(item), [item.inbox, item.bell]);
  }

  page(inbox: number, query: PageQuery): Promise<Page> {
    return this.#options.turns.read(inbox, () => this.#items.page(inbox, query));
  }

  ringsByHour(bell: StoredBell, from: number): Promise<readonly { readonly hour: number; readonly rings: number }[]> {
    return this.#options.turns.read(bell.inbox, () => this.#rows.hours.since(bell.id, from));
  }

  async prune(signal?: AbortSignal): Promise<void> {
    const { turns, commit, time } = this.#options;
    const isOver = (): boolean => signal?.aborted === true;
    for (let inbox = NO_INBOX; !isOver();) {
      const after = inbox;
      const next = await turns.read(NO_INBOX, () => this.#nextInbox(after));
      if (next === undefined) break;
      await this.#tidy(next);
      inbox = next;
    }
    const { repeats } = this.#rows;
    while (!isOver() && (await turns.read(NO_INBOX, () => repeats.areOld(time))))
      await commit.write(() => repeats.prune(time, DROPPED_AT_ONCE));
  }

  /** The next inbox after this number, also one that was deleted and is not gone altogether. */
  #nextInbox(after: number): number | undefined {
    const { inboxes, bells, items } = this.#rows;
    const found = [inboxes.after(after, 1)[0]?.id, bells.nextInbox(after), items.nextInbox(after)];
    const all = found.filter((id) => id !== undefined);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** Begins to let go of what an inbox is not to keep. What fails is tried again at the next `prune`. */
  #begin(inbox: number): void {
    this.#tidy(inbox).catch(() => {});
  }

  /** Lets go of what an inbox is not to keep, step by step: what others want lies between two steps. */
  #tidy(inbox: number): Promise<void> {
    const known = this.#tidied.get(inbox);
    if (known !== undefined) return known;
    const { turns, commit } = this.#options;
    const excess = (): (() => void) | undefined => this.#items.excess(inbox);
    const tidied = (async () => {
      // Looked at first: a transaction that changes nothing is not worth a sync.
      while (await turns.read(inbox, () => excess() !== undefined))
        await commit.write(() => excess()?.(), ofInbox(inbox));
    })().finally(() => this.#tidied.delete(inbox));
    this.#tidied.set(inbox, tidied);
    return tidied;
  }

  /** Whether all is there that should be. */
  isWhole(): boolean {
    const { inboxes, items } = this.#rows;
    return inboxes.after(NO_INBOX, -1).every(({ id, oldest, newest }) => items.isDense(id, oldest, newest));
  }

  #inboxOf(row: InboxRow): Inbox {
    return inboxOf(row, this.#rows.bells.count(row.id));
  }
}

/** Not the number of an inbox. */
const NO_INBOX = 0;

/** The line in which changes of an inbox wait, beside those of its bells' rings. */
function ofInbox(inbox: number): readonly number[] {
  return [inbox, 0];
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

/** Changes items, within a transaction of the caller's. */
class Items {
  readonly #rows: Rows;
  readonly #time: StoreTime;
  readonly #over: (inbox: number) => void;

  /** @param over hears that an inbox has something to let go of: see {@link excess} */
  constructor(rows: Rows, time: StoreTime, over: (inbox: number) => void) {
    this.#rows = rows;
    this.#time = time;
    this.#over = over;
  }

  /** @throws RefusedError `InboxFull`, `KeyReused`, `BellUsedUp`, `UnknownBell` */
  append(item: NewItem): Appended {
    const now = this.#time.now();
    const { bells, inboxes, items, repeats, hours } = this.#rows;
    const bell = bells.find(item.bell);
    if (bell === undefined || bell.revoked === 1)
      throw new RefusedError({ code: "UnknownBell", message: "No bell has that address." });
    const known = repeats.find(item, this.#time);
    if (known !== undefined) return { item: itemOf(rowOf(item, bell, known, now)), isRepeat: true };
    if (bell.rings_max !== null && bell.rings >= bell.rings_max)
      throw new RefusedError({
        code: "BellUsedUp",
        message: `The bell was rung ${bell.rings} times, and that was all.`,
      });
    const inbox = inboxes.find(bell.inbox);
    if (inbox === undefined) throw new RefusedError({ code: "UnknownBell", message: "No bell has that address." });
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
    const { found, next } = this.#rows.items.page(inbox, { ...query, limit }, SEARCHED_AT_ONCE, BYTES_AT_ONCE);
    const more = found.length > limit || next !== undefined;
    return { items: found.slice(0, limit).map(itemOf), more, newest, oldest, ...(next !== undefined && { next }) };
  }

  /**
   * Returns what lets go of some of what an inbox is not to keep, if there is such: all of an inbox that was deleted, the oldest
   * items beyond its limits or its age, and bells that are revoked and have no item.
   */
  excess(inbox: number): (() => void) | undefined {
    const { inboxes, bells, items } = this.#rows;
    const row = inboxes.find(inbox);
    if (row === undefined) {
      if (items.nextInbox(inbox - 1) === inbox) return () => items.deleteSome(inbox, DROPPED_AT_ONCE);
      const [bell] = bells.ofInbox(inbox, 0, 1, 0);
      return bell && (() => this.#forgetBell(bell.id));
    }
    if (row.when_full === "dropOldest" && isOver(row, row.newest - row.oldest + 1, row.bytes))
      return () => this.#drop(row, ({ oldest, newest, bytes }) => isOver(row, newest - oldest + 1, bytes));
    if (this.#hasOld(row)) return () => this.#drop(row, (left) => this.#hasOld(left));
    const revoked = bells.revokedWithout(inbox, row.oldest);
    return revoked === undefined ? undefined : () => this.#forgetBell(revoked);
  }

  /** Whether its oldest item is too old. */
  #hasOld({ id, oldest, newest, age_max }: InboxRow): boolean {
    if (age_max === null || oldest > newest) return false;
    const first = this.#rows.items.table.get(id, oldest);
    return first !== undefined && first.stored_at <= this.#time.before(age_max);
  }

  /** A bell goes, once some of what was remembered of it is all. */
  #forgetBell(id: number): void {
    const { bells, hours, repeats } = this.#rows;
    if (repeats.forget(id, DROPPED_AT_ONCE)) return;
    hours.forget(id);
    bells.table.delete(id);
  }

  #makeRoom(inbox: InboxRow, bytes: number): InboxRow {
    const isFull = ({ oldest, newest, bytes: held }: InboxRow): boolean =>
      isOver(inbox, newest - oldest + 2, held + bytes);
    if (bytes > inbox.bytes_max || (inbox.when_full === "refuse" && isFull(inbox)))
      throw new RefusedError({
        code: "InboxFull",
        message: "The inbox is full, and keeps what it has: it takes more when its owner makes room.",
      });
    return isFull(inbox) ? this.#drop(inbox, isFull) : inbox;
  }

  /**
   * Lets go of the oldest as long as that holds and there is one, up to what is let go of in one step: the rest goes in further
   * steps. What it gives has been stored, if it differs.
   */
  #drop(inbox: InboxRow, isToGo: (row: InboxRow) => boolean): InboxRow {
    const { inboxes, bells, items } = this.#rows;
    let { oldest, bytes } = inbox;
    const end = Math.min(inbox.newest, oldest + DROPPED_AT_ONCE - 1);
    while (oldest <= end && isToGo({ ...inbox, oldest, bytes })) {
      bytes -= items.table.get(inbox.id, oldest)?.bytes ?? 0;
      items.table.delete(inbox.id, oldest);
      oldest += 1;
    }
    if (oldest === inbox.oldest) return inbox;
    const row = { ...inbox, oldest, bytes };
    inboxes.table.update(row);
    if (oldest > end || bells.revokedWithout(row.id, oldest) !== undefined) this.#over(row.id);
    return row;
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
