import {
  decode,
  encodeNew,
  type Kernel,
  KernelError,
  type NamedServerOptions,
  type ServiceServer,
  type Shape,
  type Sid,
} from "../../kernel/index.ts";
import { isApi, type NotifierEntries, serviceOf, type SubscriptionApi } from "../api.ts";
import { Subscribers, type SubscribersOptions } from "./subscribers.ts";

/** Options of {@link publish}: those of its server, and those of its table of subscribers. */
export interface PublishOptions extends SubscribersOptions, NamedServerOptions {
  /**
   * The name by which every thread of the kernel can subscribe. Without one, only who is given the id can.
   * @default none
   */
  readonly name?: string | undefined;
}

/** A notifier that {@link publish} made: one stream of events, and a server that can be subscribed at and asked nothing else. */
export class Publisher<T> implements Disposable {
  readonly #shape: Shape<T>;
  readonly #server: ServiceServer<NotifierEntries<T>>;
  readonly #subscribers: Subscribers<T>;
  #state: T;
  #isOver = false;
  /** Resolves when it has ended: it was disposed of, or the kernel has ended. */
  readonly ended: Promise<void>;

  /** @internal */
  constructor(shape: Shape<T>, server: ServiceServer<NotifierEntries<T>>, subscribers: Subscribers<T>, initial: T) {
    this.#shape = shape;
    this.#server = server;
    this.#subscribers = subscribers;
    this.#state = initial;
    const serving = server.serve({
      subscribe: async (message) => await subscribers.add(message, this.#state),
      unsubscribe: (message) => subscribers.remove(message),
    });
    this.ended = serving.then(() => this[Symbol.dispose]());
  }

  /** The server's id. Who is given it can subscribe, and do nothing else. */
  get sid(): Sid {
    return this.#server.sid;
  }

  /** The last event, or what it began with: every subscription is answered with it. */
  get state(): T {
    return this.#state;
  }

  /** The number of subscribers. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** The number of the last event. */
  get sequence(): number {
    return this.#subscribers.sequence;
  }

  /**
   * Tells all subscribers of an event, and remembers it as the state; resolves as `Subscribers.notify` does. Fails with
   * `InvalidArgument` if the event is not of the shape, and with `ServerNotFound` once this has ended; nobody is told then.
   */
  async notify(event: T): Promise<void> {
    if (this.#isOver) throw new KernelError("ServerNotFound", "This publisher has ended: publish anew.");
    const bytes = encodeNew(this.#shape, event);
    // Its caller may change the event later, and the state is what was told.
    this.#state = decode(this.#shape, bytes);
    await this.#subscribers.notifyEncoded(bytes);
  }

  /** Ends it: every subscription is over, because of its `notifier`, and the name is free. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#server.destroy({ force: true });
    this.#subscribers[Symbol.dispose]();
  }
}

/**
 * Makes a notifier of one stream of events, whose state is the last event: its server, its table of subscribers, and all that
 * serves them. Who is given its `sid`, or knows its name if it has one, can subscribe. A service that can be asked other
 * things as well serves {@link Subscribers} itself.
 *
 * Fails with `InvalidArgument` for what cannot be, and as a server that is made or registered does (`ServerExists`).
 *
 * @example
 * using wifi = await publish(kernel, subscription(WlanStatus, { subscribe: 0, unsubscribe: 1 }), noWifi);
 * await wifi.notify({ ssid: "attic", linkState: 2, ipv4: [192, 0, 2, 10] });
 */
export async function publish<T>(
  kernel: Kernel,
  api: SubscriptionApi<T>,
  initial: T,
  options: PublishOptions = {},
): Promise<Publisher<T>> {
  check(typeof (kernel as Partial<Kernel> | undefined)?.createServer === "function", "takes a Kernel first");
  check(isApi(api), "takes what `subscription(shape, opcodes)` gave, after the kernel");
  check(typeof options === "object" && options !== null, "takes its options as an object");
  const { name, subscribersMax, pendingMax, ...ofServer } = options;
  const state = decode(api.shape, encodeNew(api.shape, initial));
  const subscribers = new Subscribers(kernel, api, {
    ...(subscribersMax !== undefined && { subscribersMax }),
    ...(pendingMax !== undefined && { pendingMax }),
  });
  const service = serviceOf(api);
  const server = await (name === undefined
    ? kernel.createServer(service, ofServer)
    : kernel.names.register(name, service, ofServer));
  return new Publisher(api.shape, server, subscribers, state);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new KernelError("InvalidArgument", `publish ${what}.`);
}
