import { LineError } from "../errors.ts";
import { type Directory, type Fetching, isEverywhere, type Receiver } from "./items.ts";
import { aborted, type CallOptions, isLoss, unlessAborted } from "./link.ts";
import type { Mode } from "./mode.ts";

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

/** That something became available at a source. */
export interface Notification {
  readonly source: string;
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

/** Values on their way to whoever reads them, in order. */
export class Queue<T> {
  protected readonly waiting: T[] = [];
  readonly #readers: Reader<T>[] = [];
  #ended: { readonly error: LineError | undefined } | undefined;

  /** Whether somebody waits for a value. */
  protected get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  put(value: T): void {
    if (this.#ended !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ done: false, value });
    else this.keep(value);
  }

  /** Nothing more will come: with an error, or because it was closed. What waits can still be read. */
  end(error?: LineError): void {
    this.#ended ??= { error };
    for (const reader of this.#readers.splice(0)) settle(reader, error);
  }

  /** The next value. @throws LineError `Aborted`, or what ended it */
  next(signal?: AbortSignal): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(aborted(signal));
      const value = this.waiting.shift();
      if (value !== undefined) return resolve({ done: false, value });
      if (this.#ended !== undefined) return settle({ resolve, reject }, this.#ended.error);
      const abort = (): void => {
        this.#readers.splice(this.#readers.indexOf(reader), 1);
        if (signal !== undefined) reject(aborted(signal));
      };
      const reader: Reader<T> = {
        resolve(result) {
          signal?.removeEventListener("abort", abort);
          resolve(result);
        },
        reject(error) {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      this.#readers.push(reader);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  protected keep(value: T): void {
    this.waiting.push(value);
  }
}

type Reader<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: LineError) => void;
};

function settle<T>(reader: Reader<T>, error: LineError | undefined): void {
  if (error === undefined) reader.resolve({ done: true, value: undefined });
  else reader.reject(error);
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

/** Items for one reader. Items are fetched only while it waits for one: what was fetched ahead, and not read, would be lost. */
export class ItemQueue extends Queue<string> implements Receiver {
  readonly #ready: () => void;

  /** `ready` is called when the reader waits. */
  constructor(ready: () => void) {
    super();
    this.#ready = ready;
  }

  get isReady(): boolean {
    return this.isAwaited;
  }

  /** What came and was not read. */
  takeUnread(): readonly string[] {
    return this.waiting.splice(0);
  }

  receive(item: string): void {
    this.put(item);
  }

  override async next(signal?: AbortSignal): Promise<IteratorResult<string, undefined>> {
    const next = super.next(signal);
    if (this.isAwaited) this.#ready();
    return next;
  }
}
