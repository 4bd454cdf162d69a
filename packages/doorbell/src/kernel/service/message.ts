import type { AnswerWords, MemoryWords, SyncOptions, WaitOptions } from "../api.ts";
import { decode, encode } from "../archive/index.ts";
import { KernelError } from "../errors.ts";
import type { Memory, MemoryView } from "../memory/index.ts";
import type { Failure, Message } from "../thread/index.ts";
import { type Alike, alike } from "./alike.ts";
import { answered, type ClientOf, serviceOf } from "./client.ts";
import type {
  AnswerCount,
  BlockingScalarEntry,
  Entries,
  Entry,
  LendEntry,
  MoveEntry,
  MutableLendEntry,
  ScalarEntry,
} from "./entries.ts";

type FourWords = readonly [number, number, number, number];
type WordsOf<N extends AnswerCount> = N extends 1
  ? [word: number]
  : N extends 2
    ? [a: number, b: number]
    : [a: number, b: number, c: number, d: number, e: number];

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

/** The part of a message of one opcode that is not its envelope. */
export type BodyOf<E extends Entry> = Forwardable<E> & CarriedBy<E>;

/** The part of a message that carries memory as it is, and no value. */
interface PlainMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  view(): MemoryView;
  readonly offset: number | undefined;
  readonly valid: number | undefined;
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
export class TypedMessage {
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
