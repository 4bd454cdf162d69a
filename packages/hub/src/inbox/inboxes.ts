import type { Bell, BellLimits } from "./bell.ts";
import type { Inbox, PageQuery, Retention } from "./inbox.ts";
import type { Publication } from "./item.ts";

/**
 * What opens something: a reading key, a managing key, the owner's key, or the token of a session of the page. The first two
 * are of one inbox; the others open all, and then `inbox` says which.
 */
export interface Access {
  readonly credential: string;
  readonly inbox?: number;
}

/** What becomes of a ring that was stored. Nothing of the inbox is in it: who rings learns that it was heard. */
export interface Rung {
  readonly id: string;
  /** milliseconds since 1970 */
  readonly at: number;
  /** It had been stored before, under the same idempotency key. */
  readonly isRepeat: boolean;
}

/** A bell that was just made: only now is its address known. */
interface NewBell {
  readonly bell: Bell;
  /** The part of the address that is secret. */
  readonly token: string;
}

interface NewInbox {
  readonly inbox: Inbox;
  readonly readingKey: string;
  readonly managingKey: string;
}

/** An inbox that is read: a source like the others. However many readers it has here, one bell hangs for them. */
export interface InboxReader extends Disposable {
  readonly id: number;
  readonly name: string;
  /** The number of its newest item, as far as it was heard of. */
  readonly newest: number;
  /** Calls `ring` with the number of the newest item when there is a new one. */
  subscribe(ring: (newest: number) => void): { readonly newest: number } & Disposable;
  /** The oldest item after that number, as a line of JSON; an empty text when there is none. */
  fetch(after: number): Promise<{ readonly text: string; readonly sequence: number }>;
  /** A page, as JSON: see `Page`. */
  page(query: PageQuery): Promise<string>;
  /** Resolves when the key stopped to open it, or the inbox was deleted. */
  readonly ended: Promise<void>;
}

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
}
