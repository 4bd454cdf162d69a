import { Inbox } from "./inbox.ts";

/** That something became available at a source. */
export interface Notification {
  readonly source: string;
}

/** As many notifications as wait for one reader; further ones become one with an earlier one of their source. */
const WAITING_MAX = 1_000;

/** Notifications for one reader. Bounded: a reader who never comes costs a list, not a leak. */
export class NotificationInbox extends Inbox<Notification> {
  /** How many became one with another. */
  coalesced = 0;
  /** While it stays full: the sources in it, so that each further notification is one look-up. */
  #sources: Set<string> | undefined;

  /** When it is full, keeps one notification at least of every source that has one. */
  protected override keep(notification: Notification): void {
    if (this.waiting.length < WAITING_MAX) {
      this.#sources = undefined;
      this.waiting.push(notification);
      return;
    }
    this.coalesced += 1;
    this.#sources ??= new Set(this.waiting.map(({ source }) => source));
    if (this.#sources.has(notification.source)) return;
    const again = this.waiting.findLastIndex(
      ({ source }, at) => this.waiting.findIndex((other) => other.source === source) < at,
    );
    if (again === -1) return;
    this.waiting.splice(again, 1);
    this.waiting.push(notification);
    this.#sources.add(notification.source);
  }
}
