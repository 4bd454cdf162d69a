import type { Shape } from "../archive/codec.ts";
import { KernelError } from "../errors.ts";
import { isOpcode, noOptions } from "../options.ts";

/**
 * Declares a service once, for its clients and its server: opcodes, kinds and shapes. Fails with `InvalidArgument` if
 * two opcodes are the same.
 */
export function service<const E extends Entries>(entries: E): Service<E> {
  return new Service(entries);
}

/** Describes a service: its opcodes, each with its kind and the shapes of its values. */
export class Service<E extends Entries> {
  readonly entries: E;
  readonly #names: ReadonlyMap<number, string>;

  constructor(entries: E) {
    const names = new Map<number, string>();
    for (const [name, { opcode }] of Object.entries(entries)) {
      if (!isOpcode(opcode))
        throw new KernelError("InvalidArgument", `${name}: an opcode is an unsigned word of 32 bits.`);
      const other = names.get(opcode);
      if (other !== undefined)
        throw new KernelError("InvalidArgument", `${other} and ${name} have the same opcode, ${opcode}.`);
      if (reservedNames.has(name))
        throw new KernelError(
          "InvalidArgument",
          `No opcode can be named ${name}: clients have something else of that name.`,
        );
      names.set(opcode, name);
    }
    this.entries = entries;
    this.#names = names;
  }

  /** The name of an opcode, if it has one. */
  nameOf(opcode: number): string | undefined {
    return this.#names.get(opcode);
  }

  /** A line for each opcode, by number: number, name, kind, documentation. */
  describe(): string {
    return Object.entries(this.entries)
      .sort(([, a], [, b]) => a.opcode - b.opcode)
      .map(([name, { opcode, kind, doc }]) => `${opcode}  ${name}  ${kind}  ${doc}`.trimEnd())
      .join("\n");
  }
}

const reservedNames = new Set(["connection", "with", "constructor", "__proto__", "then"]);

/** The opcodes of a service, by name. */
export type Entries = Readonly<Record<string, Entry>>;

/** One opcode of a service. */
export type Entry =
  | ScalarEntry
  | BlockingScalarEntry<AnswerCount>
  // oxlint-disable-next-line typescript/no-explicit-any -- of whatever value; the client's and the server's types find out
  | LendEntry<any>
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  | MutableLendEntry<any, any>
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  | MoveEntry<any>;

export interface ScalarEntry {
  readonly kind: "scalar";
  readonly opcode: number;
  readonly doc: string;
}

export interface BlockingScalarEntry<N extends AnswerCount> {
  readonly kind: "blockingScalar";
  readonly opcode: number;
  readonly doc: string;
  readonly answer: N;
}

/** A blocking scalar is answered with so many numbers. */
export type AnswerCount = 1 | 2 | 5;

/** `V` is the value's type, or `undefined` where plain memory is lent. */
export interface LendEntry<V> {
  readonly kind: "lend";
  readonly opcode: number;
  readonly doc: string;
  readonly value: Shape<V> | undefined;
}

export interface MutableLendEntry<V, A> {
  readonly kind: "mutableLend";
  readonly opcode: number;
  readonly doc: string;
  readonly value: Shape<V> | undefined;
  readonly answer: Shape<A> | undefined;
}

export interface MoveEntry<V> {
  readonly kind: "move";
  readonly opcode: number;
  readonly doc: string;
  readonly value: Shape<V> | undefined;
}

/** An opcode that carries four numbers, and is not answered. */
export function scalar(opcode: number, doc = ""): ScalarEntry {
  return { kind: "scalar", opcode, doc };
}

/** An opcode that carries four numbers, and is answered with 1 (default), 2 or 5. */
export function blockingScalar(opcode: number, doc?: string): BlockingScalarEntry<1>;
export function blockingScalar<const N extends AnswerCount>(
  opcode: number,
  options: Documented & { readonly answer: N },
): BlockingScalarEntry<N>;
export function blockingScalar(
  opcode: number,
  options: string | (Documented & { readonly answer?: AnswerCount }) = {},
): BlockingScalarEntry<AnswerCount> {
  const { answer = 1, doc = "" } = typeof options === "string" ? { doc: options } : options;
  return { kind: "blockingScalar", opcode, answer, doc };
}

/** An opcode that lends memory, or a value of a shape: the server reads it, and gives it back. */
export function lend(opcode: number, doc?: string): LendEntry<undefined>;
export function lend<V>(opcode: number, options: Documented & { readonly value: Shape<V> }): LendEntry<V>;
export function lend(
  opcode: number,
  options: string | (Documented & { readonly value?: Shape<unknown> }) = {},
): LendEntry<unknown> {
  const { value, doc = "" } = typeof options === "string" ? { value: undefined, doc: options } : options;
  return { kind: "lend", opcode, value, doc };
}

/** An opcode that lends memory to be changed; or takes a value and is answered with another. */
export function mutableLend(opcode: number, doc?: string): MutableLendEntry<undefined, undefined>;
export function mutableLend<V, A>(
  opcode: number,
  options: Documented & { readonly value: Shape<V>; readonly answer: Shape<A> },
): MutableLendEntry<V, A>;
export function mutableLend(
  opcode: number,
  options: string | (Documented & { readonly value?: Shape<unknown>; readonly answer?: Shape<unknown> }) = {},
): MutableLendEntry<unknown, unknown> {
  const {
    value,
    answer,
    doc = "",
  } = typeof options === "string" ? { value: undefined, answer: undefined, doc: options } : options;
  return { kind: "mutableLend", opcode, value, answer, doc };
}

/** An opcode that moves memory, or a value of a shape, and is not answered. */
export function move(opcode: number, doc?: string): MoveEntry<undefined>;
export function move<V>(opcode: number, options: Documented & { readonly value: Shape<V> }): MoveEntry<V>;
export function move(
  opcode: number,
  options: string | (Documented & { readonly value?: Shape<unknown> }) = {},
): MoveEntry<unknown> {
  const { value, doc = "" } = typeof options === "string" ? { value: undefined, doc: options } : options;
  return { kind: "move", opcode, value, doc };
}

/** A line of documentation, or that and more. */
interface Documented {
  readonly doc?: string;
}

/** Tells the arguments of a call apart that takes a service, or options, or both: either may be left out. */
export function serviceAndOptions<E extends Entries, O extends object>(
  first: Service<E> | O | undefined,
  second: O | undefined,
): { readonly service: Service<E> | undefined; readonly options: O } {
  const isTyped = first instanceof Service;
  const options = (isTyped ? second : (first ?? second)) ?? (noOptions as O);
  return { service: isTyped ? first : undefined, options };
}

/**
 * The opcode of another service that messages of an opcode are to go on as. Fails with `InvalidArgument` if they cannot:
 * kinds, answers and whether a value is carried are looked at here, and the shapes of values by the types alone.
 */
export function alike(name: string, own: Entry, there: Service<Entries>, as: unknown): Entry {
  const other = typeof as === "string" && Object.hasOwn(there.entries, as) ? there.entries[as] : undefined;
  const why = other === undefined ? "there is no such opcode there" : difference(own, other);
  if (other !== undefined && why === undefined) return other;
  throw new KernelError("InvalidArgument", `${name}, a ${own.kind}, cannot go on as ${String(as)}: ${why}.`);
}

function difference(own: Entry, other: Entry): string | undefined {
  if (other.kind !== own.kind) return `that is a ${other.kind}`;
  if (own.kind === "blockingScalar" && other.kind === "blockingScalar" && own.answer !== other.answer)
    return `that is answered with ${other.answer} numbers, and this with ${own.answer}`;
  return hasValue(own) === hasValue(other) ? undefined : "one of them carries a value, the other plain memory";
}

function hasValue(entry: Entry): boolean {
  return "value" in entry && entry.value !== undefined;
}

/** The opcodes of another service that a message of this one can be passed on as. */
export type Alike<E extends Entry, O extends Entries> = {
  [N in keyof O & string]: IsAlike<E, O[N]> extends true ? N : never;
}[keyof O & string];

/** Whether two opcodes are of one kind, and carry and answer the same. */
type IsAlike<E extends Entry, O extends Entry> = E extends ScalarEntry
  ? O extends ScalarEntry
    ? true
    : false
  : E extends BlockingScalarEntry<infer N extends AnswerCount>
    ? O extends BlockingScalarEntry<infer M extends AnswerCount>
      ? Same<N, M>
      : false
    : E extends MutableLendEntry<infer V, infer A>
      ? O extends MutableLendEntry<infer W, infer B>
        ? Same<[V, A], [W, B]>
        : false
      : E extends LendEntry<infer V>
        ? O extends LendEntry<infer W>
          ? Same<V, W>
          : false
        : E extends MoveEntry<infer V>
          ? O extends MoveEntry<infer W>
            ? Same<V, W>
            : false
          : false;

/** Two types that each can stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
