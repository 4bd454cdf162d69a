import type { AnswerWords, MemoryWords, SyncOptions, WaitOptions } from "../api.ts";
import { decode, encode } from "../archive/index.ts";
import { KernelError } from "../errors.ts";
import type { Memory } from "../memory/index.ts";
import type { Message, ServerHandle } from "../thread/index.ts";
import { answered, type AnswerOf } from "./client.ts";
import type {
  AnswerCount,
  BlockingScalarEntry,
  Entries,
  Entry,
  LendEntry,
  MoveEntry,
  MutableLendEntry,
  ScalarEntry,
  Service,
} from "./entries.ts";

type FourWords = readonly [number, number, number, number];
type WordsOf<N extends AnswerCount> = N extends 1
  ? [word: number]
  : N extends 2
    ? [a: number, b: number]
    : [a: number, b: number, c: number, d: number, e: number];

/** What a message of one opcode has beside its envelope. */
type BodyOf<E extends Entry> = E extends ScalarEntry
  ? { readonly words: FourWords }
  : E extends BlockingScalarEntry<infer N>
    ? { readonly words: FourWords; answer(...words: WordsOf<N>): void }
    : E extends MutableLendEntry<infer V, infer A>
      ? [V] extends [undefined]
        ? {
            readonly bytes: Uint8Array<ArrayBuffer>;
            readonly offset: number | undefined;
            readonly valid: number | undefined;
            answer(words?: MemoryWords): void;
          }
        : { readonly value: V; answer(value: A): void }
      : E extends LendEntry<infer V>
        ? [V] extends [undefined]
          ? {
              readonly bytes: Uint8Array<ArrayBuffer>;
              readonly offset: number | undefined;
              readonly valid: number | undefined;
              answer(words?: MemoryWords): void;
            }
          : { readonly value: V; answer(): void }
        : E extends MoveEntry<infer V>
          ? [V] extends [undefined]
            ? {
                readonly bytes: Uint8Array<ArrayBuffer>;
                readonly offset: number | undefined;
                readonly valid: number | undefined;
                take(): Memory;
              }
            : { readonly value: V }
          : never;

/** A message to a service's server: `is` tells which opcode it has, and with that what it carries. */
export interface ServiceMessage<E extends Entries> extends Disposable {
  readonly name: keyof E & string;
  readonly sender: number;
  /** The message as the kernel gave it. */
  readonly message: Message;
  is<N extends keyof E & string>(name: N): this is this & BodyOf<E[N]>;
  /** Keeps a call past the end of its `using`, to be answered later. */
  defer(): this;
}

/** One class for all: which of its members mean something, the types say. */
class TypedMessage {
  readonly name: string;
  readonly message: Message;
  readonly #entry: Entry;
  #value: unknown;
  #decoded = false;

  constructor(name: string, entry: Entry, message: Message) {
    this.name = name;
    this.#entry = entry;
    this.message = message;
  }

  get sender(): number {
    return this.message.sender;
  }

  is(name: string): boolean {
    return this.name === name;
  }

  get words(): FourWords | undefined {
    return "words" in this.message ? this.message.words : undefined;
  }

  get bytes(): Uint8Array | undefined {
    return "bytes" in this.message ? this.message.bytes : undefined;
  }

  get offset(): number | undefined {
    return "bytes" in this.message ? this.message.offset : undefined;
  }

  get valid(): number | undefined {
    return "bytes" in this.message ? this.message.valid : undefined;
  }

  /** Decoded once, from the receiver's own copy. Fails with `SerializationError`, which is this message's alone. */
  get value(): unknown {
    if (this.#decoded) return this.#value;
    const { message } = this;
    const shape = "value" in this.#entry ? this.#entry.value : undefined;
    if (shape === undefined || !("bytes" in message)) return undefined;
    const valid = message.valid ?? message.bytes.length;
    if (!Number.isInteger(valid) || valid < 0 || valid > message.bytes.length) {
      throw new KernelError(
        "SerializationError",
        `value: ${valid} bytes are said to be valid, of ${message.bytes.length}.`,
      );
    }
    this.#value = decode<unknown>(shape, message.bytes.subarray(0, valid));
    this.#decoded = true;
    return this.#value;
  }

  take(): Memory | undefined {
    return this.message.kind === "move" ? this.message.take() : undefined;
  }

  answer(...given: unknown[]): void {
    const entry = this.#entry;
    const { message } = this;
    if (message.kind === "blockingScalar" && entry.kind === "blockingScalar") {
      if (given.length !== entry.answer)
        throw new KernelError("InvalidArgument", `${this.name} is answered with ${entry.answer} numbers.`);
      message.answer(...(given as unknown as AnswerWords));
    } else if (message.kind === "mutableLend" && entry.kind === "mutableLend" && entry.answer !== undefined) {
      message.answer({ offset: answered, valid: encode<unknown>(entry.answer, given[0], message.bytes) });
    } else if (message.kind === "lend" || message.kind === "mutableLend")
      message.answer(given[0] as MemoryWords | undefined);
    else throw new KernelError("InvalidArgument", `${this.name} is not answered.`);
  }

  defer(): this {
    if ("defer" in this.message) this.message.defer();
    return this;
  }

  [Symbol.dispose](): void {
    this.message[Symbol.dispose]();
  }
}

/** What a handler of one opcode gives back is the answer, or a promise of it. */
type Reply<T> = T | Promise<T>;
type Handler<E extends Entries, N extends keyof E & string> = (
  message: ServiceMessage<E> & BodyOf<E[N]>,
) => E[N] extends BlockingScalarEntry<infer C>
  ? Reply<AnswerOf<C>>
  : E[N] extends MutableLendEntry<infer V, infer A>
    ? [V] extends [undefined]
      ? Reply<void>
      : Reply<A>
    : Reply<void>;

/** A server of a service: receives what the service declares; anything else is dropped and counted. */
export class ServiceServer<E extends Entries> implements AsyncIterable<ServiceMessage<E>>, Disposable {
  readonly server: ServerHandle;
  readonly service: Service<E>;
  #unexpected = 0;

  constructor(service: Service<E>, server: ServerHandle) {
    this.service = service;
    this.server = server;
  }

  /** Messages that the service does not declare: an unknown opcode, or one of another kind. */
  get unexpected(): number {
    return this.#unexpected;
  }

  get sid(): ServerHandle["sid"] {
    return this.server.sid;
  }

  async receive(options: WaitOptions = {}): Promise<ServiceMessage<E>> {
    for (;;) {
      const message = this.#typed(await this.server.receive(options));
      if (message !== undefined) return message;
    }
  }

  receiveSync(options: SyncOptions = {}): ServiceMessage<E> {
    for (;;) {
      const message = this.#typed(this.server.receiveSync(options));
      if (message !== undefined) return message;
    }
  }

  tryReceive(): ServiceMessage<E> | undefined {
    for (let raw = this.server.tryReceive(); raw !== undefined; raw = this.server.tryReceive()) {
      const message = this.#typed(raw);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ServiceMessage<E>, undefined> {
    for await (const raw of this.server) {
      const message = this.#typed(raw);
      if (message !== undefined) yield message;
    }
    return undefined;
  }

  #typed(message: Message): ServiceMessage<E> | undefined {
    const name = this.service.nameOf(message.id);
    const entry = name === undefined ? undefined : this.service.entries[name];
    if (name === undefined || entry?.kind !== message.kind) {
      this.#unexpected += 1;
      message[Symbol.dispose]();
      return undefined;
    }
    return new TypedMessage(name, entry, message) as unknown as ServiceMessage<E>;
  }

  /**
   * Serves by a table, a handler for each opcode, until the server is destroyed. What a handler returns is the answer.
   * A handler that throws drops its message, and its error goes to `onError`; by default it is thrown as an uncaught one.
   */
  async serve(
    handlers: { readonly [N in keyof E & string]: Handler<E, N> },
    onError: (error: unknown) => void = uncaught,
  ): Promise<void> {
    for await (const message of this) {
      const run = handlers[message.name] as (message: ServiceMessage<E>) => unknown;
      try {
        const reply = run(message);
        if (reply instanceof Promise)
          void reply.then((value) => settle(message, value)).catch((error: unknown) => drop(message, error, onError));
        else settle(message, reply);
      } catch (error) {
        drop(message, error, onError);
      }
    }
  }

  destroy(options: { readonly force?: boolean } = {}): void {
    this.server.destroy(options);
  }

  [Symbol.dispose](): void {
    this.server[Symbol.dispose]();
  }
}

function settle<E extends Entries>(typed: ServiceMessage<E>, value: unknown): void {
  const { message } = typed;
  if ("owed" in message && message.owed && value !== undefined) {
    (typed as unknown as TypedMessage).answer(
      ...(Array.isArray(value) && message.kind === "blockingScalar" ? (value as unknown[]) : [value]),
    );
  }
  typed[Symbol.dispose]();
}

function drop<E extends Entries>(message: ServiceMessage<E>, error: unknown, onError: (error: unknown) => void): void {
  message[Symbol.dispose]();
  onError(error);
}

function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
