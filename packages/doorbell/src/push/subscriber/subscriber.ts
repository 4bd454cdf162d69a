import { client, type Connection, type Kernel, KernelError, type Message, service } from "../../kernel/index.ts";
import type { SubscriptionApi } from "../api.ts";
import type { Ring } from "./reader.ts";
import { type Main, type Notifier, type NotifierService, type SubscribeOptions, Subscription } from "./subscription.ts";

/** The opcode of rings at the server that `follow` makes. */
const followed = 0;

/** How to follow: as to subscribe, and where errors go. */
export interface FollowOptions extends SubscribeOptions {
  /** Gets what the handler throws, or its promise rejects with. @default it is thrown as an uncaught error */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A handle by which one notifier is subscribed to, once at a time. Disposing of it unsubscribes. */
export class Subscriber<T> implements AsyncDisposable {
  readonly #kernel: Kernel;
  readonly #api: SubscriptionApi<T>;
  readonly #notifier: Notifier<T>;
  #current: Subscription<T> | undefined;

  /**
   * `connection` is to the notifier; it stays the caller's, and has to live as long as the subscription. Fails with
   * `InvalidArgument` if it is none.
   */
  constructor(kernel: Kernel, connection: Connection, api: SubscriptionApi<T>) {
    if (typeof (connection as Partial<Connection> | undefined)?.cid !== "number")
      throw new KernelError(
        "InvalidArgument",
        "A Subscriber takes a Connection to the notifier; the one of a client is `client.connection`.",
      );
    this.#kernel = kernel;
    this.#api = api;
    this.#notifier = client(serviceOf(api), connection);
  }

  /**
   * Subscribes: hangs a bell, and reveals that to the notifier. Events come to `main` as messages of this opcode, for
   * {@link Subscription.take}. Fails with `ServerExists` if there is a subscription already, and as the notifier or the
   * kernel refuses; whatever was done by then is undone.
   */
  async subscribe(main: Main, opcode: number, options: SubscribeOptions = {}): Promise<Subscription<T>> {
    if (this.#current !== undefined)
      throw new KernelError("ServerExists", "This handle has a subscription already: unsubscribe first.");
    const subscription = new Subscription(this.#api, this.#notifier);
    const forget = (): void => {
      if (this.#current === subscription) this.#current = undefined;
    };
    this.#current = subscription;
    void subscription.ended.then(forget);
    try {
      await subscription.begin(this.#kernel, main, opcode, options);
    } catch (error) {
      forget();
      throw error;
    }
    return subscription;
  }

  /**
   * Subscribes without a loop of one's own: `handler` is called with each ring, one after the other, and the next one
   * waits while a promise that it returned is pending. What it throws goes to `onError`, by default as an uncaught error,
   * which ends the program; the subscription goes on.
   */
  async follow(
    handler: (ring: Ring<T>) => void | Promise<void>,
    { onError = uncaught, ...options }: FollowOptions = {},
  ): Promise<Subscription<T>> {
    const main = await this.#kernel.createServer({ recycle: true });
    try {
      const subscription = await this.subscribe(main, followed, options);
      void subscription.ended.then(() => main.destroy({ force: true }));
      void this.#follow(main, subscription, handler, onError);
      return subscription;
    } catch (error) {
      main.destroy({ force: true });
      throw error;
    }
  }

  async #follow(
    main: AsyncIterable<Message>,
    subscription: Subscription<T>,
    handler: (ring: Ring<T>) => void | Promise<void>,
    onError: (error: unknown) => void,
  ): Promise<void> {
    for await (const message of main) {
      const ring = subscription.take(message);
      if (ring === undefined) continue;
      try {
        await handler(ring);
      } catch (error) {
        onError(error);
      }
    }
  }

  /** The ring that a message to main is, also while `subscribe` is still under way; nothing if it is none. */
  take(message: Message | { readonly message: Message }): Ring<T> | undefined {
    return this.#current?.take(message);
  }

  /** Ends the subscription, if there is one; see {@link Subscription.unsubscribe}. */
  async unsubscribe(): Promise<void> {
    await this.#current?.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unsubscribe();
  }
}

/** A service of the two opcodes alone, made once for each api: clients of one service share what they are made of. */
const services = new WeakMap<SubscriptionApi<unknown>, NotifierService<unknown>>();
function serviceOf<T>(api: SubscriptionApi<T>): NotifierService<T> {
  const known = services.get(api) as NotifierService<T> | undefined;
  const made = known ?? service({ subscribe: api.subscribe, unsubscribe: api.unsubscribe });
  if (known === undefined) services.set(api, made);
  return made;
}

/** An error that nobody else takes is the program's. */
function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
