import {
  checkKnown,
  type Client,
  client,
  type Connection,
  decode,
  encodeNew,
  isOpcode,
  type Kernel,
  KernelError,
  Memory,
  type MemoryWords,
  type Message,
  type ServerHandle,
  type Service,
  type Shape,
  type WaitOptions,
} from "../kernel/index.ts";
import { isApi, type NotifierEntries, serviceOf, type SubscriptionApi } from "./api.ts";
import { type Bell, type BellOptions, hangBell, Undo } from "./bell.ts";

/** The receiver of rings: a server of this thread, of plain messages or of a service; or a connection to one of any thread. */
export type Main = ServerHandle | { readonly server: ServerHandle } | Connection;

/** How to subscribe. */
export interface SubscribeOptions extends BellOptions, WaitOptions {}

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

  /** For each message to main: its ring, if it is one, goes to the handler; we take the next one when that is done with it. */
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

/** A notifier, as far as a subscription needs it. */
type Notifier<T> = Client<Service<NotifierEntries<T>>>;

function isConnection(given: unknown): given is Connection {
  return typeof (given as Partial<Connection> | undefined | null)?.cid === "number";
}

function serverOf(main: Exclude<Main, Connection>): ServerHandle {
  const server = (main as { readonly server?: ServerHandle } | undefined | null)?.server ?? main;
  if (typeof (server as Partial<ServerHandle> | undefined | null)?.narrow === "function") return server as ServerHandle;
  throw new KernelError(
    "InvalidArgument",
    "Rings come to a server of this thread, or over a Connection to one of any; the one of a client is `client.connection`.",
  );
}

function checkOpcode(opcode: number): void {
  if (!isOpcode(opcode))
    throw new KernelError("InvalidArgument", "Rings come under an opcode of main's, an unsigned word of 32 bits.");
}

/** The opcode of rings at the server that `follow` makes. */
const followed = 0;

/** An error that nobody else takes is the program's. */
function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Why no ring comes to main over its connection any more. */
const unreachable: ReadonlySet<string> = new Set(["ServerNotFound", "AccessDenied"]);

/** Why a subscription is over: it was cancelled; or its notifier has gone; or its bell, with its thread or with main. */
export type Ending = "unsubscribed" | "notifier" | "bell";

/** How long a notifier is waited for that does not acknowledge; after that the bell is dropped all the same. */
const acknowledgeMs = 30_000;

/** One subscription. Made by a `Subscriber`; disposing of it unsubscribes. */
export class Subscription<T> implements AsyncDisposable {
  readonly #api: SubscriptionApi<T>;
  readonly #notifier: Notifier<T>;
  #accepted: { readonly sequence: number; readonly state: T } | undefined;
  #reader: Reader<T> | undefined;
  #bell: Bell | undefined;
  #begun: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;
  #forget = (): void => {};
  #over!: (ending: Ending) => void;
  /** Resolves when it is over, with why: subscribe again if the notifier comes back. Keeps no program alive. */
  readonly ended: Promise<Ending> = new Promise((resolve) => {
    this.#over = resolve;
  });

  /** @internal */
  constructor(api: SubscriptionApi<T>, notifier: Notifier<T>) {
    this.#api = api;
    this.#notifier = notifier;
  }

  /** The state that the notifier answered with: what it was when event number {@link sequence} was the last. */
  get state(): T {
    return this.#begins().state;
  }

  /** The number of the last event before the subscription; the first ring has the next one, or tells a gap. */
  get sequence(): number {
    return this.#begins().sequence;
  }

  #begins(): { readonly sequence: number; readonly state: T } {
    if (this.#accepted === undefined) throw new KernelError("InvalidArgument", "The notifier has not answered yet.");
    return this.#accepted;
  }

  /** Events that were dropped on their way, as far as is known: those of all known gaps, and those after the last ring. */
  get missed(): number {
    return this.#reader?.missed ?? 0;
  }

  /** Rings before which it is not known how many events were dropped, as their number could not follow. */
  get unknownGaps(): number {
    return this.#reader?.unknownGaps ?? 0;
  }

  /**
   * Counts messages of this subscription's notifier that no honest one sends: no event of the shape, or no ring at all, which are
   * ignored; or a number that cannot follow. An event with such a number is a ring all the same.
   */
  get malformed(): number {
    return this.#reader?.malformed ?? 0;
  }

  /**
   * The ring that a message to main is; nothing if it is none of this subscription, or if that is over. It gives the
   * message back, so that the next one can come. Never fails.
   */
  take(message: Message | { readonly message: Message }): Ring<T> | undefined {
    const plain = "message" in message ? message.message : message;
    if (this.#reader?.owns(plain) !== true) return undefined;
    try {
      return this.#reader.read(plain);
    } finally {
      plain[Symbol.dispose]();
    }
  }

  /** @internal Makes it, or leaves nothing of it. */
  async begin(kernel: Kernel, main: ServerHandle, opcode: number, options: SubscribeOptions): Promise<void> {
    this.#begun = this.#begin(kernel, main, opcode, options);
    await this.#begun;
    void this.#bell?.ended.then(() => this.end("bell"));
    this.#forget = onEnd(this.#notifier.connection, () => void this.end("notifier"));
  }

  async #begin(kernel: Kernel, main: ServerHandle, opcode: number, options: SubscribeOptions): Promise<void> {
    const { behind = "wait", timeoutMs, signal } = options;
    signal?.throwIfAborted();
    const undo = new Undo();
    try {
      const bell = await hangBell(kernel, main, opcode, this.#api.shape.bytesMax, options);
      undo.add(() => bell.drop());
      const reader = new Reader(this.#api.shape, opcode, bell.markAtMain);
      undo.add(() => reader.close());
      this.#reader = reader;
      const answer = await this.#notifier
        .with({ ...(timeoutMs !== undefined && { timeoutMs }), ...(signal !== undefined && { signal }) })
        .subscribe({ sid: bell.sid.words(), opcode: bell.opcode, behind, mark: bell.mark });
      if (answer.kind === "refused")
        throw new KernelError(answer.value, `The notifier refused the subscription: ${answer.value}.`);
      const { sequence } = answer.value;
      if (!Number.isSafeInteger(sequence) || sequence < 0)
        throw new KernelError(
          "SerializationError",
          `The notifier answered with ${sequence} as the number of its last event, which is a whole number from 0 on: mend the notifier.`,
        );
      reader.begin(sequence);
      this.#accepted = answer.value;
      this.#bell = bell;
    } catch (error) {
      await undo.run();
      throw error;
    }
  }

  /**
   * Ends it, whoever else is busy ending it. From the call on, no message to main is a ring of it any more, also none
   * that waits there already; when it resolves, nothing of the bell is left. A notifier that does not acknowledge in time
   * (30 s) is waited for no longer: it finds the bell gone.
   */
  unsubscribe(options: WaitOptions = {}): Promise<void> {
    return this.end("unsubscribed", options);
  }

  /** @internal */
  end(why: Ending, options: WaitOptions = {}): Promise<void> {
    this.#reader?.close();
    return (this.#ending ??= this.#finish(why, options));
  }

  async #finish(why: Ending, options: WaitOptions): Promise<void> {
    await this.#begun.catch(() => {});
    this.#forget();
    const bell = this.#bell;
    if (bell !== undefined) {
      this.#reader?.close();
      if (why === "unsubscribed") await this.#takeBack(bell, options);
      await bell.drop();
    }
    this.#over(why);
  }

  /** The notifier forgets the bell, then acknowledges. */
  async #takeBack(bell: Bell, options: WaitOptions): Promise<void> {
    try {
      await this.#notifier.with({ timeoutMs: acknowledgeMs, ...options }).unsubscribe(...bell.sid.words());
    } catch {
      // It has gone, or is too slow: the bell's end tells it.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unsubscribe();
  }
}

/** Calls back once a connection has ended, unless it is told to forget that: a promise would remember who asked for ever. */
function onEnd(connection: Connection, run: () => void): () => void {
  let all = waitingForEnd.get(connection);
  if (all === undefined) {
    const made = new Set<() => void>();
    all = made;
    waitingForEnd.set(connection, made);
    void connection.ended.then(() => {
      for (const one of made) one();
    });
  }
  all.add(run);
  return () => all.delete(run);
}

const waitingForEnd = new WeakMap<Connection, Set<() => void>>();

/** An event as its subscriber gets it. */
export interface Ring<T> {
  readonly value: T;
  /** Its number: the notifier counts its events from 1. If the gap is unknown, this is only what the notifier sent. */
  readonly sequence: number;
  /**
   * The number of events between the one before and this one that were dropped on the way. Not known (`undefined`) if the number
   * cannot follow: it is no whole number from 1 on, not later than the last, or later by more than 2^32.
   */
  readonly gap: number | undefined;
}

/**
 * The rings of one subscription, told from all else that comes to main, and checked: a notifier may send anything. An event
 * of the shape is a ring whatever its number is, so no number makes a subscriber deaf to the events after it.
 */
export class Reader<T> {
  readonly #shape: Shape<T>;
  readonly #opcode: number;
  readonly #mark: number;
  #closed = false;
  /** The first number, if it came before the answer did. */
  #first: number | undefined;
  /** The number of the last event that followed, or of the state that the subscription began with. */
  #last: number | undefined;
  /** The number of the last event that did not follow: numbering may go on from there, or from the last. */
  #stray: number | undefined;
  /** The newest number after the last event, as a notice told it: a later event says whether that is true. */
  #told: number | undefined;
  #missed = 0;
  /** Events whose gap is not known. */
  unknownGaps = 0;
  /** Counts messages that no honest notifier sends: no event of the shape, no ring at all, or a number that cannot follow. */
  malformed = 0;

  constructor(shape: Shape<T>, opcode: number, mark: number) {
    this.#shape = shape;
    this.#opcode = opcode;
    this.#mark = mark;
  }

  /** The notifier accepted, with this number. A ring may have been faster than its answer. */
  begin(sequence: number): void {
    const first = this.#first;
    if (first === undefined) this.#last = sequence;
    else if (follows(sequence, first)) this.#missed += first - sequence - 1;
    else if (first > sequence) {
      this.#stray ??= sequence;
      this.#unknown();
    }
  }

  /** Nothing is read any more: neither what comes, nor what is in main's queue already. */
  close(): void {
    this.#closed = true;
  }

  /** Events that never came, as far as numbers tell. */
  get missed(): number {
    const last = this.#last ?? 0;
    return this.#missed + (this.#told ?? last) - last;
  }

  /** Whether a message was sent by this subscription's bell, and it still has one. */
  owns(message: Message): boolean {
    if (this.#closed || message.id !== this.#opcode) return false;
    return ("words" in message ? message.words[1] : message.valid) === this.#mark;
  }

  /** The event that a message that it owns is; nothing if it only says how far the numbers are, or is malformed. */
  read(message: Message): Ring<T> | undefined {
    if (message.kind === "move" || message.kind === "lend") return this.#event(message.offset ?? 0, message.bytes);
    if (message.kind === "scalar") this.#notice(message.words[0]);
    // A bell says how many messages came to it that were no rings.
    else this.malformed += message.kind === "blockingScalar" ? countOf(message.words[2]) : 1;
    return undefined;
  }

  #event(sequence: number, bytes: Uint8Array): Ring<T> | undefined {
    let value: T;
    try {
      value = decode(this.#shape, bytes);
    } catch {
      this.malformed += 1;
      return undefined;
    }
    const gap = this.#gapBefore(sequence);
    if (gap === undefined) this.#unknown();
    else this.#missed += gap;
    return { value, sequence, gap };
  }

  #gapBefore(sequence: number): number | undefined {
    const before = this.#before(sequence);
    if (before === undefined) {
      if (isEventNumber(sequence)) this.#stray = sequence;
      return undefined;
    }
    // An event that was told to be dropped has come.
    if (this.#told !== undefined && before === this.#last && sequence <= this.#told) this.malformed += 1;
    this.#told = undefined;
    this.#last = sequence;
    this.#stray = undefined;
    return sequence - before - 1;
  }

  /** The newest event was dropped, and has this number. */
  #notice(sequence: number): void {
    const before = this.#before(sequence);
    if (before === undefined || (before === this.#last && sequence <= (this.#told ?? 0))) {
      this.malformed += 1;
      return;
    }
    this.#last = before;
    this.#told = sequence;
  }

  /** The number that this one follows; nothing if it follows none. */
  #before(sequence: number): number | undefined {
    if (this.#last === undefined && this.#first === undefined && isEventNumber(sequence)) {
      this.#first = sequence;
      return sequence - 1;
    }
    return [this.#last, this.#stray].find((before) => before !== undefined && follows(before, sequence));
  }

  #unknown(): void {
    this.unknownGaps += 1;
    this.malformed += 1;
  }
}

/** Returns whether an event can have this number. */
function isEventNumber(sequence: number): boolean {
  return Number.isSafeInteger(sequence) && sequence >= 1;
}

function follows(before: number, sequence: number): boolean {
  return isEventNumber(sequence) && sequence > before && sequence - before <= leapMax;
}

/** A number follows another if it is later, and by no more than this: so many events, dropped at once, are no honest count. */
const leapMax = 2 ** 32;

/** Returns the number that a bell gives; the holder of a direct bell can send any. */
function countOf(word: number): number {
  return isEventNumber(word) && word <= leapMax ? word : 1;
}

/** The gap follows the event, as eight bytes that are not said to be valid: a main that declares a service gets the event alone. */
const tailBytes = 8;

/**
 * Reads a ring at a main that is subscribed through a connection: on whichever thread main is, without the subscription. Gives
 * nothing if the message is no such ring. It gives the message back, so that the next one can come. Never fails.
 *
 * Only the opcode, which is main's own, tells that it is a ring: every holder of a connection that passes it can send such a message.
 */
export function readRing<T>(
  { shape }: Pick<SubscriptionApi<T>, "shape">,
  message: Message | { readonly message: Message },
): Ring<T> | undefined {
  const plain = "message" in message ? message.message : message;
  if (plain.kind !== "lend") return undefined;
  const { bytes, valid = bytes.length, offset: sequence = 0 } = plain;
  try {
    if (!Number.isInteger(valid) || valid < 0 || valid > bytes.length) return undefined;
    return { value: decode(shape, bytes.subarray(0, valid)), sequence, gap: gapAfter(bytes, valid) };
  } catch {
    return undefined;
  } finally {
    plain[Symbol.dispose]();
  }
}

function gapAfter(bytes: Uint8Array, valid: number): number | undefined {
  if (bytes.length - valid !== tailBytes) return undefined;
  const gap = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(valid, true);
  return Number.isSafeInteger(gap) && gap >= 0 ? gap : undefined;
}

/** A ring that is passed on over a connection: what is lent, and the numbers that go along. */
function relayed<T>(
  shape: Shape<T>,
  { value, sequence, gap = Number.NaN }: Ring<T>,
): { readonly memory: Memory; readonly words: MemoryWords } {
  const event = encodeNew(shape, value);
  const bytes = new Uint8Array(event.length + tailBytes);
  bytes.set(event);
  new DataView(bytes.buffer).setFloat64(event.length, gap, true);
  return { memory: Memory.adopt(bytes.buffer), words: { offset: sequence, valid: event.length } };
}
