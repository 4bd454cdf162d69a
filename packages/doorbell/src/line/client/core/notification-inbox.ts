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

  /** When it is full, keeps one notification at least of every source that has one. */
  protected override keep(notification: Notification): void {
    if (this.waiting.length < WAITING_MAX) return void this.waiting.push(notification);
    this.coalesced += 1;
    // Most likely the same source rings again and again: then this looks at one.
    if (this.waiting.some(({ source }) => source === notification.source)) return;
    const again = this.waiting.findLastIndex(({ source }, at) => this.waiting.findIndex((other) => other.source === source) < at);
    if (again === -1) return;
    this.waiting.splice(again, 1);
    this.waiting.push(notification);
  }
}
