/** Inboxes as a door has them. Whatever is refused rejects with `RefusedError`. */
export interface Inboxes {
  ring(token: string, publication: Publication, idempotencyKey?: string): Promise<Rung>;

  /** @throws RefusedError `AccessDenied` for all that opens nothing */
  open(access: Access): Promise<InboxReader>;

  /** Those that the credential opens: all, or its one. */
  inboxes(credential: string): Promise<readonly Inbox[]>;
  createInbox(
    credential: string,
    inbox: { readonly name: string; readonly retention?: Partial<Retention> },
  ): Promise<NewInbox>;
  changeInbox(
    access: Access,
    change: { readonly name?: string; readonly retention?: Partial<Retention> },
  ): Promise<Inbox>;
  /** The owner's alone. */
  deleteInbox(access: Access): Promise<void>;
  /** A new key, and the end of the old one. */
  renewKey(access: Access, which: "read" | "manage"): Promise<string>;

  bells(access: Access): Promise<readonly Bell[]>;
  createBell(access: Access, bell: { readonly label: string } & Partial<BellLimits>): Promise<NewBell>;
  bell(
    access: Access,
    id: number,
  ): Promise<Bell & { readonly ringsByHour: readonly { readonly hour: number; readonly rings: number }[] }>;
  changeBell(
    access: Access,
    id: number,
    change: Partial<BellLimits> & { readonly label?: string; readonly paused?: boolean },
  ): Promise<Bell>;
  revokeBell(access: Access, id: number): Promise<void>;

  /** A token for a session of the page, for who has the owner's key. */
  openSession(ownerKey: string, lifeMs: number): Promise<string>;
  isSession(token: string): Promise<boolean>;
  closeSession(token: string): Promise<void>;

  /** Says why nothing can be stored for now, if that is so. Rejects if the inboxes do not answer. */
  trouble(): Promise<string | undefined>;
}

/** What whoever rings a bell says. Only the text is needed, and it may be empty: a ring is news by itself. */
export interface Publication {
  /** Text of several lines; no control characters but line ends and tabs. */
  readonly text: string;
  readonly title?: string;
  /** @default 3 */
  readonly priority?: Priority;
  readonly tags?: readonly string[];
  /** What to open on a click: an address of http, https or mailto. */
  readonly click?: string;
}

/** How urgent an item is: 1 (least) to 5 (most); 3 is the usual. The numbers are those of ntfy. */
export type Priority = 1 | 2 | 3 | 4 | 5;

/** What becomes of a ring that was stored. Nothing of the inbox is in it: who rings learns that it was heard. */
export interface Rung {
  readonly id: string;
  /** milliseconds since 1970 */
  readonly at: number;
  /** It had been stored before, under the same idempotency key. */
  readonly isRepeat: boolean;
}

/**
 * What opens something: a reading key, a managing key, the owner's key, or the token of a session of the page. The first two
 * are of one inbox; the others open all, and then `inbox` says which.
 */
export interface Access {
  readonly credential: string;
  readonly inbox?: number;
}

/** An inbox that is read: a source like the others. However many readers it has here, one bell hangs for them. */
export interface InboxReader extends Disposable {
  readonly id: number;
  readonly name: string;
  /** The number of its newest item, as far as it was heard of. */
  readonly newest: number;
  /** Asks for the number of its newest item: of all that were stored before the call. */
  latest(): Promise<number>;
  /** Calls `ring` with the number of the newest item when there is a new one. */
  subscribe(ring: (newest: number) => void): { readonly newest: number } & Disposable;
  /** The oldest item after that number, as a line of JSON; an empty text when there is none. */
  fetch(after: number): Promise<{ readonly text: string; readonly sequence: number }>;
  /** A page, as JSON: see `Page`. A search ends when the signal says that nobody waits for it any more. */
  page(query: PageQuery, signal?: AbortSignal): Promise<string>;
  /** Resolves when the inbox is not open to the key any more, with why: somebody made a new key, or deleted the inbox. */
  readonly ended: Promise<"renewed" | "deleted" | undefined>;
}

/** Which items of an inbox are wanted. */
export interface PageQuery {
  /** Those after this number, the oldest first. */
  readonly after?: number;
  /** Those before this number, the newest first. With neither, the newest of all, the newest first. */
  readonly before?: number;
  /** 1 to 100. @default 50 */
  readonly limit?: number;
  /** Only those that have this in title, text, tags or the bell's label; case does not count. */
  readonly search?: string;
}

export interface Page {
  readonly items: readonly Item[];
  /** There are further ones in that direction; of a search that is not at its end: there may be. */
  readonly more: boolean;
  readonly newest: number;
  readonly oldest: number;
  /** A search that is not at its end goes on here: the `before`, or `after`, of the next page. */
  readonly next?: number;
}

/** One entry of an inbox. */
export interface Item {
  /** 1, 2, 3 … without a hole, in the order in which they were stored. */
  readonly sequence: number;
  /** Random, and known to whoever rang. */
  readonly id: string;
  /** When it was stored: milliseconds since 1970. */
  readonly at: number;
  /** The bell that rang, and what it was called then. */
  readonly bell: { readonly id: number; readonly label: string };
  readonly title?: string;
  readonly text: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly click?: string;
}

/** An inbox as its owner sees it. */
export interface Inbox {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
  readonly retention: Retention;
  /** The number of its newest item; 0 when there never was one. */
  readonly newest: number;
  /** The number of the oldest item that is still there; newest + 1 when there is none. */
  readonly oldest: number;
  readonly bytes: number;
  /** Bells that are not revoked. */
  readonly bells: number;
}

/** What an inbox keeps; the oldest items are let go of first. */
export interface Retention {
  /** @default 10000 */
  readonly itemsMax: number;
  /** Milliseconds; null is for ever. @default 30 days */
  readonly ageMaxMs: number | null;
  /** Bytes of titles, texts, tags and clicks. @default 64 MiB */
  readonly bytesMax: number;
  /** What a ring does that would pass `itemsMax` or `bytesMax`: push the oldest out, or be refused. @default "dropOldest" */
  readonly whenFull: "dropOldest" | "refuse";
}

interface NewInbox {
  readonly inbox: Inbox;
  readonly readingKey: string;
  readonly managingKey: string;
}

/** A bell as whoever manages its inbox sees it. Its address is told once, when it is made: only a hash of it is kept. */
export interface Bell extends BellLimits {
  readonly id: number;
  readonly label: string;
  readonly state: BellState;
  readonly createdAt: number;
  /** Rings that were stored. */
  readonly rings: number;
  /** Rings that were refused, since the hub started. */
  readonly refused: number;
  /** Milliseconds since 1970; null when it was never rung. */
  readonly lastRangAt: number | null;
}

export type BellState = "active" | "paused" | "revoked" | "expired" | "usedUp";

/** What a bell may be rung with, and for how long. */
export interface BellLimits {
  /** Rings a minute, in bursts of as many. @default 60 */
  readonly perMinute: number;
  /** Bytes of a ring's text. @default 4096, and no more */
  readonly bytesMax: number;
  /** Rings in all; null is no limit. @default null */
  readonly ringsMax: number | null;
  /** When it ends: milliseconds since 1970; null is never. @default null */
  readonly expiresAt: number | null;
}

/** A bell that was just made: only now is its address known. */
interface NewBell {
  readonly bell: Bell;
  /** The part of the address that is secret. */
  readonly token: string;
}

/** An item as one line of JSON, the same wherever it is shown; at most 16,384 bytes, as a line of the line protocol. */
export function itemLine({ sequence, id, at, bell, title, text, priority, tags, click }: Item): string {
  return JSON.stringify({
    sequence,
    id,
    at: new Date(at).toISOString(),
    bell: { id: bell.id, label: bell.label },
    ...(title !== undefined && { title }),
    text,
    priority,
    ...(tags.length > 0 && { tags }),
    ...(click !== undefined && { click }),
  });
}

/** The longest page, in bytes of JSON. */
export const PAGE_BYTES_MAX = 262_144;

/** A page as JSON, of as many items as fit; of those that do not, `more` tells. */
export function pageJson({ items, more, newest, oldest, next }: Page): string {
  // With room for where a search goes on.
  const numbers = `"newest":${newest},"oldest":${oldest},"next":${Number.MAX_SAFE_INTEGER}}`;
  let bytes = '{"items":[],"more":false,'.length + numbers.length;
  const lines: string[] = [];
  for (const item of items) {
    const line = itemLine(item);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > PAGE_BYTES_MAX) break;
    lines.push(line);
  }
  const isCut = lines.length < items.length;
  const goesOn = next === undefined || isCut ? "" : `,"next":${next}`;
  return `{"items":[${lines.join()}],"more":${more || isCut},"newest":${newest},"oldest":${oldest}${goesOn}}`;
}
