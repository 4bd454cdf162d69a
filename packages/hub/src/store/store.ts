import type { BellLimits, Inbox, Item, Page, PageQuery, Publication, Retention } from "../inbox/types.ts";

/** What must survive. */
export interface Store extends AsyncDisposable {
  /** Which count the numbers of ads and items are of: made with the store, and kept with it. 1 to 2⁴⁸−2 */
  readonly era: number;
  /** The board's ads. */
  readonly ads: Log;
  readonly inboxes: InboxStore;
  readonly sessions: SessionStore;
  /** By this what has an end has ended: milliseconds since 1970. It goes back with the machine's clock only if that stays so. */
  wall(): number;
  /** Says why nothing can be stored for now, if the last that was to be stored was not: of a disk that is full, say. */
  readonly trouble: string | undefined;
  /** The hash of the owner's key, and how it is replaced. */
  readonly ownerHash: Uint8Array | undefined;
  setOwnerHash(hash: Uint8Array): Promise<void>;
}

/** Limits of a store; they can be cloned. */
export interface StoreLimits {
  /** Inboxes in all. @default 1000 */
  readonly inboxesMax: number;
  /** Bells of an inbox that are not revoked. @default 1000 */
  readonly bellsMax: number;
}

export const defaultStoreLimits: StoreLimits = { inboxesMax: 1_000, bellsMax: 1_000 };

/** Items in the order they were stored, the oldest of which may have been let go of. */
export interface Log {
  /** The number of the newest item; 0 when there is none. */
  readonly newest: number;
  /** Stores an item and gives its number, once it will not be lost any more. Rejects when it could not be stored. */
  append(text: string): Promise<number>;
  /** The oldest item after number `after` that is still there. */
  next(after: number): Promise<StoredItem | undefined>;
}

/** One stored item and its number. Numbers are dense: 1, 2, 3 … */
export interface StoredItem {
  readonly text: string;
  readonly sequence: number;
}

/**
 * Inboxes, bells and items. What changes something resolves once it is on disk, and rejects with `RefusedError` if it was not done.
 * A call that only reads one row is answered at once; one that reads more, when it is its inbox's turn.
 */
export interface InboxStore {
  /** @throws RefusedError `LimitReached`, `InvalidArgument` (the name is in use) */
  createInbox(inbox: {
    readonly name: string;
    readonly readHash: Uint8Array;
    readonly manageHash: Uint8Array;
    readonly retention: Retention;
    readonly at: number;
  }): Promise<Inbox>;
  /** Those after this number, at most so many, by their numbers. */
  inboxes(after: number, most: number): Promise<readonly Inbox[]>;
  hasInbox(name: string): boolean;
  inbox(id: number): Inbox | undefined;
  /** Which inbox a key is of, by the hash of the key. */
  inboxByKey(hash: Uint8Array): { readonly inbox: number; readonly right: "read" | "manage" } | undefined;
  changeInbox(
    id: number,
    change: {
      readonly name?: string;
      readonly retention?: Retention;
      readonly readHash?: Uint8Array;
      readonly manageHash?: Uint8Array;
    },
  ): Promise<Inbox>;
  /** With its bells and items: from then on nothing finds them. */
  deleteInbox(id: number): Promise<void>;
  createBell(
    inbox: number,
    bell: BellLimits & { readonly label: string; readonly hash: Uint8Array; readonly at: number },
  ): Promise<StoredBell>;
  /** Those of an inbox after this number, at most so many; revoked ones among them as long as an item of theirs is kept. */
  bells(inbox: number, after: number, most: number): Promise<readonly StoredBell[]>;
  bell(id: number): StoredBell | undefined;
  bellByHash(hash: Uint8Array): StoredBell | undefined;
  changeBell(
    bell: Pick<StoredBell, "id" | "inbox">,
    change: Partial<BellLimits> & { readonly label?: string; readonly paused?: boolean },
  ): Promise<StoredBell>;
  /** From then on it is as if it had never been. */
  revokeBell(bell: Pick<StoredBell, "id" | "inbox">): Promise<void>;
  /** @throws RefusedError `InboxFull`, `KeyReused`, `BellUsedUp`, `UnknownBell` (revoked meanwhile), `StoreFailed` */
  append(item: NewItem): Promise<Appended>;
  /** A page, or what a step of a search found: see `Page`. */
  page(inbox: number, query: PageQuery): Promise<Page>;
  /** How often a bell was rung in each hour since `from` (milliseconds since 1970), hours without a ring left out. */
  ringsByHour(bell: StoredBell, from: number): Promise<readonly { readonly hour: number; readonly rings: number }[]>;
  /** Lets go of what is not to be kept, as what is too old by the store's own time, until there is none or the signal says not to. */
  prune(signal?: AbortSignal): Promise<void>;
}

/** A bell as it is stored. */
export interface StoredBell extends BellLimits {
  readonly id: number;
  readonly inbox: number;
  readonly label: string;
  readonly createdAt: number;
  readonly paused: boolean;
  readonly revoked: boolean;
  /** Its end has come, and stays so until it is given a later one. */
  readonly expired: boolean;
  readonly rings: number;
  readonly lastRangAt: number | null;
}

/** An item that is to be stored. */
export interface NewItem {
  readonly inbox: number;
  readonly bell: number;
  readonly id: string;
  readonly at: number;
  readonly publication: Publication;
  /** A repeat within a day is the same item. The hashes are of the key that whoever rings chose, and of what it said with it. */
  readonly idempotency?: { readonly keyHash: Uint8Array; readonly bodyHash: Uint8Array };
}

/** What became of it: the item; or the one that was stored when the key was first used. */
export interface Appended {
  readonly item: Item;
  readonly isRepeat: boolean;
}

/** Who is logged in to the page, by the hash of the session's token; they survive a restart of the hub. */
export interface SessionStore {
  create(hash: Uint8Array, expiresAt: number): Promise<void>;
  /** Whether there is such a session, and it has not ended. */
  isValid(hash: Uint8Array, now: number): boolean;
  delete(hash: Uint8Array): Promise<void>;
  deleteAll(): Promise<void>;
}
