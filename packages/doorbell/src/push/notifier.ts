import {
  checkKnown,
  type Connection,
  decode,
  encodeNew,
  type Kernel,
  KernelError,
  type KernelErrorCode,
  type Message,
  type NamedServerOptions,
  type ServiceServer,
  type Shape,
  Sid,
} from "../kernel/index.ts";
import {
  isApi,
  type NotifierEntries,
  serviceOf,
  type SubscribeAnswer,
  type SubscribeRequest,
  type SubscriptionApi,
} from "./api.ts";
import { Backlog, type Waiting } from "./backlog.ts";

/** Limits of a notifier's table. */
export interface SubscribersOptions {
  /** Past it, a subscription is refused with `LimitReached`. @default 4096 */
  readonly subscribersMax?: number;
  /**
   * Events that are kept for one subscriber whose bell is full. Past it its policy says which is dropped; under `wait` the
   * oldest, which only happens if nobody awaits `notify`. @default 128
   */
  readonly pendingMax?: number;
}

/** A message of the subscribe opcode, as a service gets it. */
interface SubscribeMessage<T> {
  readonly value: SubscribeRequest;
  readonly message: Message;
  answer(value: SubscribeAnswer<T>): void;
  defer(): unknown;
}

/** A message of the unsubscribe opcode. */
interface UnsubscribeMessage {
  readonly words: readonly number[];
  answer(word: number): void;
}

/** Who is to be told of a notifier's events. */
export class Subscribers<T> implements Disposable {
  readonly #kernel: Kernel;
  readonly #api: SubscriptionApi<T>;
  readonly #subscribersMax: number;
  readonly #pendingMax: number;
  /** By the words of their bells' ids. */
  readonly #listeners = new Map<string, Listener>();
  #sequence = 0;
  #pruned = 0;
  #droppedByOthers = 0;

  constructor(kernel: Kernel, api: SubscriptionApi<T>, options: SubscribersOptions = {}) {
    checkKnown("Subscribers", options, ["subscribersMax", "pendingMax"]);
    const { subscribersMax = 4_096, pendingMax = 128 } = options;
    for (const [name, value] of Object.entries({ subscribersMax, pendingMax }))
      if (!Number.isInteger(value) || value < 1)
        throw new KernelError("InvalidArgument", `${name} is a whole number, 1 or more.`);
    this.#kernel = kernel;
    this.#api = api;
    this.#subscribersMax = subscribersMax;
    this.#pendingMax = pendingMax;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** The number of the last event. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Subscribers that were removed because their bell was gone, or does not let itself be rung. */
  get pruned(): number {
    return this.#pruned;
  }

  /** Subscribers whose bells have no room now: they get what they have not got yet in their turn. */
  get late(): number {
    let late = 0;
    for (const listener of this.#listeners.values()) if (listener.late) late += 1;
    return late;
  }

  /** Events that were dropped here, for subscribers whose bells were full. */
  get dropped(): number {
    let dropped = this.#droppedByOthers;
    for (const listener of this.#listeners.values()) dropped += listener.dropped;
    return dropped;
  }

  /**
   * Serves a subscription, and answers it with the state as it is when this is called: the next event that this
   * subscriber gets is the next one that happens. What a subscriber sends cannot make it fail; a state that is not of the
   * shape can (`InvalidArgument`).
   */
  async add(message: SubscribeMessage<T>, state: T): Promise<SubscribeAnswer<T>> {
    message.defer();
    let answer: SubscribeAnswer<T>;
    try {
      // Now, as it may be another one by the time that the bell is connected.
      const { shape } = this.#api;
      const now = { sequence: this.#sequence, state: decode(shape, encodeNew(shape, state)) };
      answer = { kind: "accepted", value: now };
    } catch (error) {
      drop(message);
      throw error;
    }
    const refusal = await this.#add(message, answer);
    if (refusal === undefined) return answer;
    const refused = { kind: "refused", value: refusal } as const;
    answered(message, refused);
    return refused;
  }

  /** Accepts a subscription, or says why not. */
  async #add(message: SubscribeMessage<T>, answer: SubscribeAnswer<T>): Promise<KernelErrorCode | undefined> {
    let request: SubscribeRequest;
    try {
      request = message.value;
    } catch {
      return "SerializationError";
    }
    // It goes with every ring, and what no ring can carry would fail `notify` for everybody.
    if (!Number.isSafeInteger(request.mark)) return "InvalidArgument";
    const key = request.sid.join();
    if (this.#listeners.has(key)) return "ServerExists";
    if (this.#listeners.size >= this.#subscribersMax) return "LimitReached";
    const listener = new Listener(request, this.#pendingMax);
    this.#listeners.set(key, listener);
    try {
      const connection = await this.#kernel.tryConnect(Sid.from(request.sid));
      if (typeof connection !== "string") {
        listener.connection = connection;
        // It may have been taken back meanwhile.
        if (listener.ended) listener.end();
        else if (answered(message, answer)) {
          void connection.ended.then(() => this.#prune(key, listener));
          listener.begin();
          return undefined;
        }
      }
      this.#remove(key, listener);
      return "ServerNotFound";
    } catch (error) {
      this.#remove(key, listener);
      return error instanceof KernelError ? error.code : "InternalError";
    }
  }

  /** Takes a bell back, then acknowledges: with 1, or with 0 if there was none. Nothing is sent to that bell any more. */
  remove(message: UnsubscribeMessage): number {
    const key = message.words.join();
    const listener = this.#listeners.get(key);
    if (listener !== undefined) this.#remove(key, listener);
    const found = listener === undefined ? 0 : 1;
    message.answer(found);
    return found;
  }

  /**
   * Tells all subscribers of an event. Each is rung before this returns if its bell has room, and in its own turn else.
   * It resolves once those have the event that subscribed with `wait`: who awaits it is never faster than they are. Fails
   * with `InvalidArgument` if the event is not of the shape; nobody is told then.
   */
  async notify(event: T): Promise<void> {
    await this.notifyEncoded(encodeNew(this.#api.shape, event));
  }

  /** @internal The same, of an event that is encoded already. */
  async notifyEncoded(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#sequence += 1;
    let late: Promise<void>[] | undefined;
    for (const [key, listener] of this.#listeners) {
      if (!listener.ring(this.#sequence, bytes)) this.#prune(key, listener);
      const { behind } = listener;
      if (behind !== undefined) (late ??= []).push(behind);
    }
    if (late !== undefined) await Promise.all(late);
  }

  #prune(key: string, listener: Listener): void {
    if (this.#remove(key, listener)) this.#pruned += 1;
  }

  #remove(key: string, listener: Listener): boolean {
    if (this.#listeners.get(key) !== listener) return false;
    this.#listeners.delete(key);
    listener.end();
    this.#droppedByOthers += listener.dropped;
    return true;
  }

  /** Lets go of all subscribers. */
  [Symbol.dispose](): void {
    for (const [key, listener] of this.#listeners) this.#remove(key, listener);
  }
}

/** Answers, if that can be done: who lent too little memory for an answer gets none. */
function answered<T>(message: SubscribeMessage<T>, answer: SubscribeAnswer<T>): boolean {
  try {
    message.answer(answer);
    return true;
  } catch {
    drop(message);
    return false;
  }
}

function drop<T>({ message }: SubscribeMessage<T>): void {
  // The first time only takes back that it was deferred.
  message[Symbol.dispose]();
  message[Symbol.dispose]();
}

/** One subscriber, at the notifier: its bell, and the events that its bell had no room for. */
class Listener {
  readonly #opcode: number;
  readonly #mark: number;
  readonly #waits: boolean;
  readonly #backlog: Backlog<Uint8Array>;
  #connection: Connection | undefined;
  #catchingUp: Promise<void> | undefined;
  #begun = false;
  #ended = false;

  constructor({ opcode, mark, behind }: SubscribeRequest, pendingMax: number) {
    this.#opcode = opcode;
    this.#mark = mark;
    this.#waits = behind === "wait";
    this.#backlog = new Backlog(behind, pendingMax);
  }

  get dropped(): number {
    return this.#backlog.dropped;
  }

  get late(): boolean {
    return this.#catchingUp !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Its bell. It is not rung before {@link begin}. */
  set connection(connection: Connection) {
    this.#connection = connection;
  }

  /** It can be rung from now on; what happened meanwhile comes first. */
  begin(): void {
    this.#begun = true;
    if (this.#backlog.length > 0) this.#catchingUp = this.#catchUp();
  }

  /**
   * Rings it if there is room; else the event waits its turn, without anybody waiting for it. False if the bell is gone.
   */
  ring(sequence: number, bytes: Uint8Array): boolean {
    const connection = this.#connection;
    if (connection === undefined || !this.#begun || this.#catchingUp !== undefined) {
      this.#backlog.push(sequence, bytes);
      return true;
    }
    const words = { offset: sequence, valid: this.#mark };
    const failure = connection.tryMoveCopy(this.#opcode, bytes, words);
    if (failure === undefined) return true;
    if (failure !== "ServerQueueFull") return false;
    this.#backlog.push(sequence, bytes);
    this.#catchingUp = this.#catchUp();
    return true;
  }

  /** What a notifier waits for that does not want to be faster than this subscriber. */
  get behind(): Promise<void> | undefined {
    return this.#waits ? this.#catchingUp : undefined;
  }

  async #catchUp(): Promise<void> {
    try {
      for (let next = this.#backlog.shift(); next !== undefined; next = this.#backlog.shift()) await this.#send(next);
    } catch {
      // The bell is gone, or was taken back: the end of the connection tells.
    }
    this.#catchingUp = undefined;
  }

  async #send({ sequence, body }: Waiting<Uint8Array>): Promise<void> {
    if (body === undefined) await this.#connection?.scalar(this.#opcode, [sequence, this.#mark]);
    else await this.#connection?.moveCopy(this.#opcode, body, { offset: sequence, valid: this.#mark });
  }

  /** Nothing is sent to it any more. */
  end(): void {
    this.#ended = true;
    this.#backlog.clear();
    this.#connection?.disconnect();
  }
}

/** Options of {@link publish}: those of its server, and those of its table of subscribers. */
export interface PublishOptions extends SubscribersOptions, NamedServerOptions {
  /**
   * The name by which every thread of the kernel can subscribe. Without one, only who is given the id can.
   * @default none
   */
  readonly name?: string | undefined;
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
  checkPublish(typeof (kernel as Partial<Kernel> | undefined)?.createServer === "function", "takes a Kernel first");
  checkPublish(isApi(api), "takes what `subscription(shape, opcodes)` gave, after the kernel");
  checkPublish(typeof options === "object" && options !== null, "takes its options as an object");
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

function checkPublish(holds: boolean, what: string): void {
  if (!holds) throw new KernelError("InvalidArgument", `publish ${what}.`);
}
