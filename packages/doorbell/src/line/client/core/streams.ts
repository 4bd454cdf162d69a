import { LineError } from "../../errors.ts";
import type { Fetching } from "./fetching.ts";
import type { Inbox } from "./inbox.ts";
import { ItemInbox } from "./item-inbox.ts";
import type { Mode } from "./mode.ts";
import { type Notification, NotificationInbox } from "./notification-inbox.ts";
import type { CallOptions } from "./pending.ts";

/** Notifications and items for those who read them one after the other: iterators, and `waitNotif`. */
export class Streams {
  readonly #mode: Mode;
  readonly #fetching: Fetching;
  /** For `waitNotif`. */
  readonly #unseen = new NotificationInbox();
  /** What iterators read from, with the one source that each is about. */
  readonly #notifications = new Map<NotificationInbox, string | undefined>();
  readonly #items = new Set<ItemInbox>();
  /** Why nothing more will come: an error, or that the client was closed. */
  #ended: { readonly error: LineError | undefined } | undefined;
  /** Whether notification mode is wanted for its own sake, and not only by iterators. */
  keepsMode = false;

  constructor(mode: Mode, fetching: Fetching) {
    this.#mode = mode;
    this.#fetching = fetching;
  }

  put(notification: Notification): void {
    this.#unseen.put(notification);
    for (const [inbox, only] of this.#notifications)
      if (only === undefined || only === notification.source) inbox.put(notification);
  }

  /** Nothing more will come. */
  end(error?: LineError): void {
    this.#ended ??= { error };
    for (const inbox of [this.#unseen, ...this.#notifications.keys(), ...this.#items]) inbox.end(error);
  }

  async unseen({ signal }: CallOptions = {}): Promise<Notification> {
    const { done, value } = await this.#unseen.next(signal);
    if (done === true) throw new LineError("ClientClosed", "the client was closed");
    return value;
  }

  notifications(source?: string, options?: CallOptions): AsyncGenerator<Notification, void, undefined> {
    const inbox = new NotificationInbox();
    return endable(this.#readNotifications(inbox, source, options), inbox);
  }

  /** Every item of `source`, as `read` reads it. */
  items<T>(source: string, read: (item: string) => T, options?: CallOptions): AsyncGenerator<T, void, undefined> {
    const inbox = new ItemInbox(() => this.#fetching.ready());
    return endable(this.#readItems(inbox, source, read, options), inbox);
  }

  async *#readNotifications(
    inbox: NotificationInbox,
    source: string | undefined,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Notification, void, undefined> {
    this.#notifications.set(inbox, source);
    try {
      await this.#begin(inbox, source, signal);
      for (let next = await inbox.next(signal); next.done !== true; next = await inbox.next(signal)) yield next.value;
    } finally {
      this.#notifications.delete(inbox);
      await this.#leaveMode();
    }
  }

  async *#readItems<T>(
    inbox: ItemInbox,
    source: string,
    read: (item: string) => T,
    { signal }: CallOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    this.#items.add(inbox);
    const following = this.#fetching.follow(source, inbox);
    try {
      // In the mode already, what is there was announced before anybody followed.
      if (this.#mode.mayBeInside) this.#fetching.notified(source);
      await this.#begin(inbox, source, signal);
      for (let next = await inbox.next(signal); next.done !== true; next = await inbox.next(signal))
        yield read(next.value);
    } finally {
      following[Symbol.dispose]();
      this.#fetching.returned(source, inbox.takeUnread());
      this.#items.delete(inbox);
      await this.#leaveMode();
    }
  }

  async #begin<T>(inbox: Inbox<T>, source: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (this.#ended !== undefined) return inbox.end(this.#ended.error);
    try {
      await this.#mode.join(source, signal);
    } catch (error) {
      // Then the inbox says so.
      if ((error as LineError).code !== "ClientClosed") throw error;
    }
  }

  async #leaveMode(): Promise<void> {
    if (this.keepsMode || this.#notifications.size + this.#items.size > 0 || this.#mode.isOver) return;
    // A connection that is lost meanwhile has left the mode.
    await this.#mode.stopNotify().catch(() => {});
  }
}

/** Lets `return` end a `next` that waits: a generator alone would keep it until the next value comes, if ever. */
function endable<T>(
  values: AsyncGenerator<T, void, undefined>,
  inbox: { end(): void },
): AsyncGenerator<T, void, undefined> {
  const finish = values.return.bind(values);
  values.return = (value) => {
    inbox.end();
    return finish(value);
  };
  return values;
}
