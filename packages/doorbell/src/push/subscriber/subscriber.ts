import {
  checkKnown,
  client,
  type Connection,
  isOpcode,
  type Kernel,
  KernelError,
  type Message,
  type ServerHandle,
} from "../../kernel/index.ts";
import { isApi, serviceOf, type SubscriptionApi } from "../api.ts";
import { onEnd } from "./on-end.ts";
import type { Ring } from "./reader.ts";
import { relayed } from "./relayed.ts";
import { type Main, type Notifier, type SubscribeOptions, Subscription } from "./subscription.ts";

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
    if (!isConnection(connection))
      throw new KernelError(
        "InvalidArgument",
        "A Subscriber takes a Connection to the notifier; the one of a client is `client.connection`.",
      );
    if (!isApi(api))
      throw new KernelError("InvalidArgument", "A Subscriber takes what `subscription(shape, opcodes)` gave, third.");
    this.#kernel = kernel;
    this.#api = api;
    this.#notifier = client(serviceOf(api), connection);
  }

  /**
   * Subscribes: hangs a bell, and reveals that to the notifier. Events come to `main` as messages of this opcode, for
   * {@link Subscription.take}. Fails with `ServerExists` if there is a subscription already, and as the notifier or the
   * kernel refuses; whatever was done by then is undone.
   *
   * If `main` is a connection, which may lead to another thread, rings are lent over it, and read there by `readRing`.
   */
  async subscribe(main: Main, opcode: number, options: SubscribeOptions = {}): Promise<Subscription<T>> {
    if (isConnection(main)) return await this.#relay(main, opcode, options);
    return await this.#subscribe(serverOf(main), opcode, options);
  }

  async #subscribe(main: ServerHandle, opcode: number, options: SubscribeOptions): Promise<Subscription<T>> {
    checkKnown("A subscription", options, ["behind", "queueMax", "thread", "timeoutMs", "signal"]);
    checkOpcode(opcode);
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
    if (typeof handler !== "function" || typeof onError !== "function")
      throw new KernelError(
        "InvalidArgument",
        "follow takes a function that is called with each ring; so is its onError.",
      );
    const main = await this.#kernel.createServer({ recycle: true });
    try {
      const subscription = await this.#subscribe(main, followed, options);
      void subscription.ended.then(() => main.destroy({ force: true }));
      void this.#follow(main, subscription, handler, onError);
      return subscription;
    } catch (error) {
      main.destroy({ force: true });
      throw error;
    }
  }

  /**
   * A server of this thread gets the rings, and passes them on one by one: no id of main is known here, and none is needed.
   * Each is lent, so main has one at a time. Whatever main does not take is this subscription's to drop, by its policy.
   */
  async #relay(main: Connection, opcode: number, options: SubscribeOptions): Promise<Subscription<T>> {
    checkOpcode(opcode);
    if (!main.alive)
      throw new KernelError(
        "ServerNotFound",
        "The server of this connection has ended, or it was disconnected: connect anew.",
      );
    const over = new AbortController();
    let unreachableNow = (): void => {};
    const isUnreachable = new Promise<void>((resolve) => (unreachableNow = resolve));
    const subscription = await this.follow(
      async (ring) => {
        const { memory, words } = relayed(this.#api.shape, ring);
        await main.lend(opcode, memory, { ...words, signal: over.signal });
      },
      {
        ...options,
        onError: (error) => {
          // Main may refuse one ring; if none can reach it any more, that is the end.
          if (error instanceof KernelError && unreachable.has(error.code)) unreachableNow();
        },
      },
    );
    void isUnreachable.then(() => subscription.end("bell"));
    const forget = onEnd(main, unreachableNow);
    void subscription.ended.then(() => {
      forget();
      over.abort();
    });
    return subscription;
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

/** Why no ring comes to main over its connection any more. */
const unreachable: ReadonlySet<string> = new Set(["ServerNotFound", "AccessDenied"]);

function isConnection(given: unknown): given is Connection {
  return typeof (given as Partial<Connection> | undefined | null)?.cid === "number";
}

function checkOpcode(opcode: number): void {
  if (!isOpcode(opcode))
    throw new KernelError("InvalidArgument", "Rings come under an opcode of main's, an unsigned word of 32 bits.");
}

function serverOf(main: Exclude<Main, Connection>): ServerHandle {
  const server = (main as { readonly server?: ServerHandle } | undefined | null)?.server ?? main;
  if (typeof (server as Partial<ServerHandle> | undefined | null)?.narrow === "function") return server as ServerHandle;
  throw new KernelError(
    "InvalidArgument",
    "Rings come to a server of this thread, or over a Connection to one of any; the one of a client is `client.connection`.",
  );
}

/** An error that nobody else takes is the program's. */
function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
