import { Queue } from "./queue.ts";

/** That something became available at a source. */
export interface Notification {
  readonly source: string;
}

/** As many notifications as wait for one reader; further ones become one with an earlier one of their source. */
const WAITING_MAX = 1_000;

/** Notifications for one reader. Bounded: a reader who never comes costs a list, not a leak. */
export class NotificationQueue extends Queue<Notification> {
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
    // With as many sources as there is room for, none can make room: a server that makes up names is not to cost more.
    if (this.#sources.has(notification.source) || this.#sources.size === this.waiting.length) return;
    this.waiting.splice(lastRepeated(this.waiting), 1);
    this.waiting.push(notification);
    this.#sources.add(notification.source);
  }
}

/** Where the last notification is that has one of its source before it. */
function lastRepeated(notifications: readonly Notification[]): number {
  const seen = new Set<string>();
  let last = -1;
  for (const [at, { source }] of notifications.entries())
    if (seen.has(source)) last = at;
    else seen.add(source);
  return last;
}
