import {
  type Client,
  type Connection,
  type Kernel,
  KernelError,
  type Message,
  type ServerHandle,
  type Service,
  type WaitOptions,
} from "../../kernel/index.ts";
import type { NotifierEntries, SubscriptionApi } from "../api.ts";
import { type Bell, type BellOptions, hangBell } from "../bell/index.ts";
import { Undo } from "../undo.ts";
import { onEnd } from "./on-end.ts";
import { Reader, type Ring } from "./reader.ts";

/** A notifier, as far as a subscription needs it. */
export type Notifier<T> = Client<Service<NotifierEntries<T>>>;

/** The receiver of rings: a server of this thread, of plain messages or of a service; or a connection to one of any thread. */
export type Main = ServerHandle | { readonly server: ServerHandle } | Connection;

/** How to subscribe. */
export interface SubscribeOptions extends BellOptions, WaitOptions {}

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
