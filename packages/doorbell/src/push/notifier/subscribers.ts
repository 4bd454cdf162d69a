import {
  checkKnown,
  decode,
  encodeNew,
  type Kernel,
  KernelError,
  type KernelErrorCode,
  type Message,
  Sid,
} from "../../kernel/index.ts";
import type { SubscribeAnswer, SubscribeRequest, SubscriptionApi } from "../api.ts";
import { Listener } from "./listener.ts";

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
