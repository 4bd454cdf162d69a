import { LineError } from "../../errors.ts";
import { unlessAborted } from "./abort.ts";
import { type Directory, isEverywhere } from "./directory.ts";
import type { Fetching } from "./fetching.ts";
import { ItemQueue } from "./item-queue.ts";
import { isLoss } from "./loss.ts";
import type { Mode } from "./mode.ts";
import { type Notification, NotificationQueue } from "./notification-queue.ts";
import type { CallOptions } from "./pending.ts";
import type { Queue } from "./queue.ts";

/** Notifications and items for those who read them one after the other: iterators, and `waitNotif`. */
export class Streams {
  readonly #mode: Mode;
  readonly #fetching: Fetching;
  readonly #directory: Directory;
  /** For `waitNotif`. */
  readonly #unseen = new NotificationQueue();
  /** What iterators read from, with the one source that each is about. */
  readonly #notifications = new Map<NotificationQueue, string | undefined>();
  readonly #items = new Map<ItemQueue, string>();
  /** Why nothing more will come: an error, or that the client was closed. */
  #ended: { readonly error: LineError | undefined } | undefined;
  /** Whether notification mode is wanted for its own sake, and not only by iterators. */
  #keepsMode = false;

  constructor(mode: Mode, fetching: Fetching, directory: Directory) {
    this.#mode = mode;
    this.#fetching = fetching;
    this.#directory = directory;
  }

  /** The mode is wanted for its own sake from now on. */
  wantMode(): void {
    this.#keepsMode = true;
    this.#mode.want();
  }

  async notify(sources: readonly string[], options: CallOptions): Promise<void> {
    const kept = this.#keepsMode;
    this.#keepsMode = true;
    try {
      await this.#mode.notify(sources, options);
    } catch (error) {
      if (!isLoss(error)) this.#keepsMode = kept;
      throw error;
    }
  }

  async stopNotify(options?: CallOptions): Promise<void> {
    this.#keepsMode = false;
    await this.#mode.stopNotify(options);
  }

  /** Hands every new item of `source` to a handler. */
  follow(source: string, handler: (item: string) => void): void {
    this.wantMode();
    this.#fetching.follow(source, { isReady: true, receive: handler });
  }

  put(notification: Notification): void {
    this.#unseen.put(notification);
    for (const [queue, only] of this.#notifications)
      if (only === undefined || only === notification.source) queue.put(notification);
  }

  /** Nothing more will come. */
  end(error?: LineError): void {
    this.#ended ??= { error };
    for (const queue of [this.#unseen, ...this.#notifications.keys(), ...this.#items.keys()]) queue.end(error);
  }

  /** A new connection may be to a server that has other sources: who reads one that is gone is told so. */
  connected(): void {
    const readers = [...this.#notifications, ...this.#items];
    for (const source of new Set(readers.map(([, name]) => name)))
      if (source !== undefined && !isEverywhere(source))
        this.#check(source).catch((error: unknown) => this.#endReaders(source, error as LineError));
  }

  async unseen({ signal }: CallOptions = {}): Promise<Notification> {
    const { done, value } = await this.#unseen.next(signal);
    if (done === true) throw new LineError("ClientClosed", "the client was closed");
    return value;
  }

  notifications(source?: string, options?: CallOptions): AsyncGenerator<Notification, void, undefined> {
    const queue = new NotificationQueue();
    return endable(this.#readNotifications(queue, source, options), queue);
  }

  /** Every item of `source`, as `read` reads it. */
  items<T>(source: string, read: (item: string) => T, options?: CallOptions): AsyncGenerator<T, void, undefined> {
    const queue = new ItemQueue(() => this.#fetching.ready());
    return endable(this.#readItems(queue, source, read, options), queue);
  }

  async *#readNotifications(
    queue: NotificationQueue,
    source: string | undefined,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Notification, void, undefined> {
    this.#notifications.set(queue, source);
    try {
      await this.#begin(queue, source, signal);
      for (let next = await queue.next(signal); next.done !== true; next = await queue.next(signal)) yield next.value;
    } finally {
      this.#notifications.delete(queue);
      await this.#leaveMode();
    }
  }

  async *#readItems<T>(
    queue: ItemQueue,
    source: string,
    read: (item: string) => T,
    { signal }: CallOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    this.#items.set(queue, source);
    const following = this.#fetching.follow(source, queue);
    try {
      // In the mode already, what is there was announced before anybody followed.
      if (this.#mode.mayBeInside) this.#fetching.notified(source);
      await this.#begin(queue, source, signal);
      for (let next = await queue.next(signal); next.done !== true; next = await queue.next(signal))
        yield read(next.value);
    } finally {
      following[Symbol.dispose]();
      this.#fetching.returned(source, queue.takeUnread());
      this.#items.delete(queue);
      await this.#leaveMode();
    }
  }

  async #begin<T>(queue: Queue<T>, source: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (this.#ended !== undefined) return queue.end(this.#ended.error);
    try {
      if (source !== undefined && !isEverywhere(source)) await this.#check(source, signal);
      await this.#mode.join(source, signal);
    } catch (error) {
      // Then the queue says so.
      if ((error as LineError).code !== "ClientClosed") throw error;
    }
  }

  /** A connection that is lost meanwhile is no failure: the next one asks again. But a server that does not answer is one. */
  async #check(source: string, signal?: AbortSignal): Promise<void> {
    try {
      await unlessAborted(this.#directory.check(source), signal);
    } catch (error) {
      if (!isLoss(error) || (error as LineError).code === "TimedOut") throw error;
    }
  }

  #endReaders(source: string, error: LineError): void {
    for (const [queue, name] of [...this.#notifications, ...this.#items]) if (name === source) queue.end(error);
  }

  async #leaveMode(): Promise<void> {
    const isWanted = this.#keepsMode || this.#notifications.size + this.#items.size > 0;
    if (isWanted || this.#mode.isOver || !this.#mode.mayBeInside) return;
    // A connection that is lost meanwhile has left the mode.
    await this.#mode.stopNotify().catch(() => {});
  }
}

/** Lets `return` end a `next` that waits: a generator alone would keep it until the next value comes, if ever. */
function endable<T>(
  values: AsyncGenerator<T, void, undefined>,
  queue: { end(): void },
): AsyncGenerator<T, void, undefined> {
  const finish = values.return.bind(values);
  values.return = (value) => {
    queue.end();
    return finish(value);
  };
  return values;
}
