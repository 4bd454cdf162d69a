import { decode, encode } from "../archive/archive.ts";
import { KernelError, type KernelErrorCode } from "../errors.ts";
import type { Memory, MemoryView } from "../memory.ts";
import { checkKnown, noOptions } from "../options.ts";
import type { NarrowedSid, ServerHandle } from "../thread/server.ts";
import type { AnswerWords, Failure, MemoryWords, Message, SyncOptions, WaitOptions } from "../types.ts";
import { answered, type AnswerOf, type ClientOf, serviceOf } from "./client.ts";
import {
  type Alike,
  alike,
  type AnswerCount,
  type BlockingScalarEntry,
  type Entries,
  type Entry,
  type LendEntry,
  type MoveEntry,
  type MutableLendEntry,
  type ScalarEntry,
  type Service,
} from "./service.ts";

/** A handler for each opcode. */
export type Handlers<E extends Entries> = { readonly [N in keyof E & string]: Handler<E, N> };

/** Opcodes of a service, by name: all that pass an id. */
interface NarrowedTo<E extends Entries> {
  readonly opcodes: readonly (keyof E & string)[];
}

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

/** A server of a service: receives what the service declares; anything else is turned away and counted. */
export class ServiceServer<E extends Entries> implements AsyncIterable<ServiceMessage<E>>, Disposable {
  readonly server: ServerHandle;
  readonly service: Service<E>;
  #unexpected = 0;

  constructor(service: Service<E>, server: ServerHandle) {
    this.service = service;
    this.server = server;
  }

  /**
   * Serves by a table, a handler for each opcode, until the server is destroyed. What a handler returns is the answer; the
   * next message does not wait for it. A handler that throws drops its message, and its error goes to `onError`; by
   * default it is thrown as an uncaught one.
   * Bytes that are no value of the opcode's shape fail their caller with `SerializationError`, and are nobody else's matter.
   * Fails with `InvalidArgument`, which names the opcode, if a handler is missing.
   */
  async serve(handlers: Handlers<E>, onError: (error: unknown) => void = uncaught): Promise<void> {
    checkHandlers(Object.keys(this.service.entries), handlers);
    for await (const message of this) this.handle(message, handlers, onError);
  }

  /** @internal Runs a message's handler; what that returns, now or later, is the answer. */
  handle(message: ServiceMessage<E>, handlers: Partial<Handlers<E>>, onError: (error: unknown) => void): void {
    const run = handlers[message.name] as (message: ServiceMessage<E>) => unknown;
    try {
      const reply = run(message);
      if (reply instanceof Promise)
        void reply
          .then((value) => settle(message, value))
          .catch((error: unknown) => this.#failed(message, error, onError));
      else settle(message, reply);
    } catch (error) {
      this.#failed(message, error, onError);
    }
  }

  #failed(typed: ServiceMessage<E>, error: unknown, onError: (error: unknown) => void): void {
    if ((typed as unknown as TypedMessage).isMalformed(error)) {
      // Its sender's mistake, and not this program's.
      this.#unexpected += 1;
      try {
        return this.server.refuse(typed.message, "SerializationError");
      } catch (late) {
        // The handler had given it away before it looked.
        return onError(late);
      }
    }
    typed[Symbol.dispose]();
    return onError(error);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ServiceMessage<E>, undefined> {
    for await (const raw of this.server) {
      const message = this.#typed(raw);
      if (message !== undefined) yield message;
    }
    return undefined;
  }

  async receive(options: WaitOptions = noOptions): Promise<ServiceMessage<E>> {
    for (;;) {
      const message = this.#typed(await this.server.receive(options));
      if (message !== undefined) return message;
    }
  }

  receiveSync(options: SyncOptions = noOptions): ServiceMessage<E> {
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

  #typed(message: Message): ServiceMessage<E> | undefined {
    const typed = ServiceServer.typed(this.service, message);
    if (typed !== undefined) return typed;
    this.#unexpected += 1;
    message[Symbol.dispose]();
    return undefined;
  }

  /** @internal A message by its name; nothing if it is of no declared opcode, or of another kind. */
  static typed<E extends Entries>(service: Service<E>, message: Message): ServiceMessage<E> | undefined {
    const name = service.nameOf(message.id);
    const entry = name === undefined ? undefined : service.entries[name];
    if (name === undefined || entry?.kind !== message.kind) return undefined;
    return new TypedMessage(name, entry, message) as unknown as ServiceMessage<E>;
  }

  /** Messages that the service does not declare: an unknown opcode, one of another kind, or no value of its shape. */
  get unexpected(): number {
    return this.#unexpected;
  }

  /** Messages refused with `AccessDenied`: by {@link refuse}, by a face, or because they do not pass a narrowed id. */
  get denied(): number {
    return this.server.denied;
  }

  get sid(): ServerHandle["sid"] {
    return this.server.sid;
  }

  /** Another id of this server through which only these of its opcodes pass. See {@link ServerHandle.narrow}. */
  async narrow(options: NarrowedTo<E>): Promise<NarrowedSid> {
    return await this.server.narrow(this.#opcodes(options));
  }

  narrowSync(options: NarrowedTo<E>): NarrowedSid {
    return this.server.narrowSync(this.#opcodes(options));
  }

  #opcodes(options: NarrowedTo<E>): { readonly opcodes: readonly number[] } {
    checkKnown("narrow", options, ["opcodes"]);
    const { opcodes } = options;
    if (!Array.isArray(opcodes))
      throw new KernelError("InvalidArgument", 'narrow takes a list of the service\'s opcodes: { opcodes: ["name"] }.');
    const opcode = (name: string): number => {
      const entry = Object.hasOwn(this.service.entries, name) ? this.service.entries[name] : undefined;
      if (entry === undefined) throw new KernelError("InvalidArgument", `The service has no opcode ${name}.`);
      return entry.opcode;
    };
    return { opcodes: opcodes.map(opcode) };
  }

  /** Refuses a message: its caller fails with this code, what nobody waits for is dropped. See {@link ServerHandle.refuse}. */
  refuse(message: ServiceMessage<E>, code?: KernelErrorCode): void {
    this.server.refuse(message.message, code);
  }

  destroy(options: { readonly force?: boolean } = {}): void {
    this.server.destroy(options);
  }

  [Symbol.dispose](): void {
    this.server[Symbol.dispose]();
  }
}

/** Refuses a table of handlers that lacks one of those opcodes. */
export function checkHandlers(names: readonly string[], handlers: object): void {
  const has = Object(handlers) as Readonly<Record<string, unknown>>;
  const missing = names.find((name) => typeof has[name] !== "function");
  if (missing !== undefined)
    throw new KernelError("InvalidArgument", `The opcode ${missing} has no handler: serve takes a function for each.`);
}

/** An error that nobody else takes is the program's, as any uncaught one. */
export function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Answers with what a handler gave back; a kind that is answered with nothing is just given back. */
function settle<E extends Entries>(typed: ServiceMessage<E>, value: unknown): void {
  const { message } = typed;
  const own = typed as unknown as TypedMessage;
  if (own.takesAnswer && "owed" in message && message.owed && value !== undefined)
    own.answer(...(Array.isArray(value) && message.kind === "blockingScalar" ? (value as unknown[]) : [value]));
  typed[Symbol.dispose]();
}

/** One class for all: which of its members mean something, the types say. */
class TypedMessage {
  readonly name: string;
  readonly message: Message;
  readonly #entry: Entry;
  #value: unknown;
  #decoded = false;
  #malformed: unknown;

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
    const { bytes, valid = bytes.length } = message;
    try {
      if (!Number.isInteger(valid) || valid < 0 || valid > bytes.length)
        throw new KernelError("SerializationError", `value: ${valid} bytes are said to be valid, of ${bytes.length}.`);
      this.#value = decode<unknown>(shape, bytes.subarray(0, valid));
    } catch (error) {
      this.#malformed = error;
      throw error;
    }
    this.#decoded = true;
    return this.#value;
  }

  /** Tells whether a handler failed with this because its message is no value of the opcode's shape. */
  isMalformed(error: unknown): boolean {
    return error !== undefined && error === this.#malformed;
  }

  view(): MemoryView | undefined {
    return "view" in this.message ? this.message.view() : undefined;
  }

  forward(to: ClientOf<Entries>, name: string, options: WaitOptions = {}): Promise<void> {
    return this.message.forward(to.connection, this.#opcodeAt(to, name), options);
  }

  forwardSync(to: ClientOf<Entries>, name: string, options: SyncOptions = {}): void {
    this.message.forwardSync(to.connection, this.#opcodeAt(to, name), options);
  }

  tryForward(to: ClientOf<Entries>, name: string): Failure | undefined {
    return this.message.tryForward(to.connection, this.#opcodeAt(to, name));
  }

  #opcodeAt(to: ClientOf<Entries>, name: string): number {
    return alike(this.name, this.#entry, to[serviceOf], name).opcode;
  }

  take(): Memory | undefined {
    return this.message.kind === "move" ? this.message.take() : undefined;
  }

  /** True if its opcode is answered with a value, and not only given back. */
  get takesAnswer(): boolean {
    return "answer" in this.#entry && this.#entry.answer !== undefined;
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

type Handler<E extends Entries, N extends keyof E & string> = (
  message: ServiceMessage<E> & BodyOf<E[N]>,
) => E[N] extends BlockingScalarEntry<infer C>
  ? Reply<AnswerOf<C>>
  : E[N] extends MutableLendEntry<infer V, infer A>
    ? [V] extends [undefined]
      ? Reply<void>
      : Reply<A>
    : Reply<void>;

/** What a handler of one opcode gives back is the answer, or a promise of it. */
type Reply<T> = T | Promise<T>;

/** The part of a message of one opcode that is not its envelope. */
type BodyOf<E extends Entry> = Forwardable<E> & CarriedBy<E>;

/** Passes a message of one opcode on: to an opcode of the same kind, that carries the same. */
interface Forwardable<E extends Entry> {
  /**
   * Passes the message on to another server, under an opcode of that service; see the plain message's `forward` for what
   * can go wrong. The caller has its answer from there.
   */
  forward<O extends Entries>(to: ClientOf<O>, name: Alike<E, O>, options?: WaitOptions): Promise<void>;
  forwardSync<O extends Entries>(to: ClientOf<O>, name: Alike<E, O>, options?: SyncOptions): void;
  tryForward<O extends Entries>(to: ClientOf<O>, name: Alike<E, O>): Failure | undefined;
}

type CarriedBy<E extends Entry> = E extends ScalarEntry
  ? { readonly words: FourWords }
  : E extends BlockingScalarEntry<infer N>
    ? { readonly words: FourWords; answer(...words: WordsOf<N>): void }
    : E extends MutableLendEntry<infer V, infer A>
      ? [V] extends [undefined]
        ? PlainMemory & { answer(words?: MemoryWords): void }
        : { readonly value: V; answer(value: A): void }
      : E extends LendEntry<infer V>
        ? [V] extends [undefined]
          ? PlainMemory & { answer(words?: MemoryWords): void }
          : { readonly value: V; answer(): void }
        : E extends MoveEntry<infer V>
          ? [V] extends [undefined]
            ? PlainMemory & { take(): Memory }
            : { readonly value: V }
          : never;

type FourWords = readonly [number, number, number, number];

type WordsOf<N extends AnswerCount> = N extends 1
  ? [word: number]
  : N extends 2
    ? [a: number, b: number]
    : [a: number, b: number, c: number, d: number, e: number];

/** The part of a message that carries memory as it is, and no value. */
interface PlainMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  view(): MemoryView;
  readonly offset: number | undefined;
  readonly valid: number | undefined;
}
