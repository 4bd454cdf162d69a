import { decode, encodeNew } from "../archive/archive.ts";
import type { Shape } from "../archive/codec.ts";
import { KernelError } from "../errors.ts";
import { Memory } from "../memory.ts";
import { noOptions } from "../options.ts";
import type { Connection, Failure, MemoryWords, WaitOptions } from "../types.ts";
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
} from "./service.ts";

/** A service's client: for each opcode a method that awaits, one that blocks (`…Sync`) and one that tries (`try…`). */
export type Client<S> =
  S extends Service<infer E>
    ? Methods<E> &
        Disposable &
        ClientOf<E> & {
          /** The same client with a deadline or a signal for its calls. */
          with(options: WaitOptions): Client<S>;
        }
    : never;

/** The service that a client is of: a property that no opcode can be named like. */
export const serviceOf: unique symbol = Symbol("service");

/** What of a client tells where a message can be passed on to. */
export interface ClientOf<E extends Entries> {
  readonly connection: Connection;
  readonly [serviceOf]: Service<E>;
}

/** A client of a service, over a connection to its server. */
export function client<E extends Entries>(
  service: Service<E>,
  connection: Connection,
  options: WaitOptions = noOptions,
): Client<Service<E>> {
  let made = classes.get(service);
  if (made === undefined) classes.set(service, (made = clientClass(service)));
  return new made(connection, options) as unknown as Client<Service<E>>;
}

const classes = new WeakMap<Service<Entries>, ClientClass>();

function clientClass(service: Service<Entries>): ClientClass {
  class ServiceClient extends ClientBase {
    readonly [serviceOf] = service;

    with(options: WaitOptions): ClientBase {
      return new ServiceClient(this.connection, { ...this.options, ...options });
    }
  }
  for (const [name, entry] of Object.entries(service.entries)) {
    const forms = {
      await: name,
      sync: `${name}Sync`,
      try: `try${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    } as const;
    for (const [form, method] of Object.entries(forms)) {
      Object.defineProperty(ServiceClient.prototype, method, { value: methodOf(entry, form as keyof typeof forms) });
    }
  }
  return ServiceClient;
}

type ClientClass = new (connection: Connection, options: WaitOptions) => ClientBase;

/** What every client is made of; each service has a class of its own with a method per opcode and form. */
class ClientBase {
  readonly connection: Connection;
  readonly options: WaitOptions;

  constructor(connection: Connection, options: WaitOptions) {
    this.connection = connection;
    this.options = options;
  }

  [Symbol.dispose](): void {
    this.connection.disconnect();
  }
}

function methodOf(entry: Entry, form: Form): Method {
  const { opcode: id } = entry;
  if (entry.kind === "scalar") {
    if (form === "await")
      return function (...words: number[]) {
        return this.connection.scalar(id, words, this.options);
      };
    if (form === "sync")
      return function (...words: number[]) {
        this.connection.scalarSync(id, words, this.options);
      };
    return function (...words: number[]) {
      return this.connection.tryScalar(id, words);
    };
  }
  if (entry.kind === "blockingScalar") {
    const single = entry.answer === 1;
    const give = (words: readonly number[]): unknown => (single ? words[0] : words);
    return function (...words: number[]) {
      if (form === "sync") return give(this.connection.blockingScalarSync(id, words, this.options));
      if (form === "await") return this.connection.blockingScalar(id, words, this.options).then(give);
      const tried = this.connection.tryBlockingScalar(id, words, this.options);
      return typeof tried === "string" ? tried : tried.then(give);
    };
  }
  return memoryMethod(entry, form);
}

type Form = "await" | "sync" | "try";

type Method = (this: ClientBase, ...args: never[]) => unknown;

function memoryMethod(entry: Exclude<Entry, ScalarEntry | BlockingScalarEntry<AnswerCount>>, form: Form): Method {
  const call = memoryCalls[entry.kind][form];
  const { opcode: id, value: shape } = entry;
  const send = (base: ClientBase, memory: Memory, words: MemoryWords): unknown =>
    base.connection[call](id, memory, { ...base.options, ...words });
  if (shape === undefined) {
    return function (memory: Memory, words: MemoryWords = {}) {
      return send(this, memory, words);
    };
  }
  const answer = entry.kind === "mutableLend" ? (entry.answer as Shape<unknown> | undefined) : undefined;
  return function (value: unknown, ...more: unknown[]) {
    if (more.length > 0)
      throw new KernelError(
        "InvalidArgument",
        "This call takes one value; its deadline is given by client.with({ timeoutMs }).",
      );
    const bytes = encodeNew<unknown>(shape, value);
    // Room for the answer, which comes back in the same memory.
    const memory =
      answer === undefined ? Memory.adopt(bytes.buffer) : new Memory(Math.max(bytes.length, answer.bytesMax));
    if (answer !== undefined) memory.bytes.set(bytes);
    const give = ({ offset, valid = 0 }: MemoryWords): unknown => {
      if (answer === undefined) return undefined;
      if (offset !== answered) throw new KernelError("Unanswered", "The server dropped the message without an answer.");
      return decode(answer, memory.bytes.subarray(0, valid));
    };
    const sent = send(this, memory, { valid: bytes.length });
    if (entry.kind === "move" || typeof sent === "string") return sent;
    return sent instanceof Promise ? sent.then(give) : give(sent as MemoryWords);
  };
}

const memoryCalls = {
  lend: { await: "lend", sync: "lendSync", try: "tryLend" },
  mutableLend: { await: "mutableLend", sync: "mutableLendSync", try: "tryMutableLend" },
  move: { await: "move", sync: "moveSync", try: "tryMove" },
} as const;

/** Comes back as the offset of memory that holds an answer: memory that was dropped comes back without. */
export const answered = 1;

type Methods<E extends Entries> = {
  readonly [K in keyof E & string]: (...args: ArgumentsOf<E[K]>) => Promise<ResultOf<E[K]>>;
} & {
  readonly [K in keyof E & string as `${K}Sync`]: (...args: ArgumentsOf<E[K]>) => ResultOf<E[K]>;
} & { readonly [K in keyof E & string as `try${Capitalize<K>}`]: (...args: ArgumentsOf<E[K]>) => TryResultOf<E[K]> };

/** Arguments and result of one opcode. */
type ArgumentsOf<E extends Entry> = E extends ScalarEntry | BlockingScalarEntry<AnswerCount>
  ? ScalarArguments
  : E extends LendEntry<infer V> | MutableLendEntry<infer V, unknown> | MoveEntry<infer V>
    ? [V] extends [undefined]
      ? [memory: Memory, words?: MemoryWords]
      : [value: V]
    : never;

type ScalarArguments = [a?: number, b?: number, c?: number, d?: number];

type ResultOf<E extends Entry> =
  E extends BlockingScalarEntry<infer N>
    ? AnswerOf<N>
    : E extends LendEntry<infer V>
      ? [V] extends [undefined]
        ? MemoryWords
        : void
      : E extends MutableLendEntry<infer V, infer A>
        ? [V] extends [undefined]
          ? MemoryWords
          : A
        : void;

/** What a blocking scalar's caller gets: a number, or a tuple of them. */
export type AnswerOf<N extends AnswerCount> = N extends 1
  ? number
  : N extends 2
    ? readonly [number, number]
    : readonly [number, number, number, number, number];

type TryResultOf<E extends Entry> = E extends ScalarEntry | MoveEntry<unknown>
  ? Failure | undefined
  : Promise<ResultOf<E>> | Failure;
