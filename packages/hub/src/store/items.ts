import { type Page, type PageQuery, type Publication, RefusedError } from "../inbox/index.ts";
import { type BellRow, type BellRows } from "./bell-rows.ts";
import type { Hours } from "./hours.ts";
import { type InboxRow, type InboxRows } from "./inbox-rows.ts";
import { itemOf, type ItemRow, type ItemRows } from "./item-rows.ts";
import type { Known, Repeats } from "./repeats.ts";
import type { Appended, NewItem } from "./store.ts";

/** All that items touch. */
export interface Rows {
  readonly inboxes: InboxRows;
  readonly bells: BellRows;
  readonly items: ItemRows;
  readonly repeats: Repeats;
  readonly hours: Hours;
}

/** What is done with items, within a transaction of the caller's. `now` is always the store's time. */
export class Items {
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
