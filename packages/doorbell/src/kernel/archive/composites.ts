/** Shapes made of others: `record`, `variant`, `list`, `fixed` and `option`, each with its codec below it. */

import { KernelError } from "../errors.ts";
import {
  callToRead,
  callToWrite,
  CASES_MAX,
  checkLength,
  checkNames,
  type Code,
  Codec,
  codecOf,
  type Infer,
  type Input,
  listed,
  type Output,
  prefixBytes,
  said,
  type Shape,
} from "./codec.ts";
import { unit } from "./scalars.ts";

/**
 * An object with these properties, in this order. Other properties of a value are not encoded; what is decoded has just
 * these, as its own.
 */
export function record<const F extends Readonly<Record<string, Shape<unknown>>>>(
  fields: F,
): Shape<{ readonly [K in keyof F]: Infer<F[K]> }> {
  checkNames("record", fields);
  const all = Object.entries(fields).map(([name, shape]) => [name, codecOf(shape, `record, ${name}`)] as const);
  return new RecordCodec(all) as Shape<object> as Shape<{ readonly [K in keyof F]: Infer<F[K]> }>;
}

class RecordCodec extends Codec<object> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly #fields: readonly Field[];

  constructor(fields: readonly (readonly [string, Codec<unknown>])[]) {
    super();
    this.bytesMin = sum(fields, "bytesMin");
    this.bytesMax = sum(fields, "bytesMax");
    this.#fields = fields.map(([name, codec], index) => ({
      name,
      codec,
      bytesMinAfter: sum(fields.slice(index + 1), "bytesMin"),
    }));
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "object" || value === null) to.refuse(`${said(value)}, where an object is expected`);
    for (const { name, codec } of this.#fields) {
      to.path.enter(name);
      codec.write(to, (value as Readonly<Record<string, unknown>>)[name]);
      to.path.leave();
    }
  }

  read(from: Input): object {
    // Not by assignment, which a setter that somebody put on Object.prototype would catch.
    return Object.fromEntries(
      this.#fields.map(({ name, codec }) => {
        from.path.enter(name);
        const value = codec.read(from);
        from.path.leave();
        return [name, value];
      }),
    );
  }

  writeCode(code: Code, value: string): void {
    callToWrite(code, this, value, (own) => {
      own.refuseIf('typeof x !== "object" || x === null');
      for (const { name, codec, bytesMinAfter } of this.#fields) {
        codec.writeCode(own, own.hold(`x[${JSON.stringify(name)}]`));
        if (codec.bytesMin !== codec.bytesMax) own.need(bytesMinAfter);
      }
    });
  }

  readCode(code: Code): string {
    return callToRead(code, this, (own) => {
      const values = this.#fields.map(({ name, codec, bytesMinAfter }) => {
        const value = codec.readCode(own);
        if (codec.bytesMin !== codec.bytesMax) own.need(bytesMinAfter);
        return `${JSON.stringify(name)}: ${value}`;
      });
      return `{ ${values.join(", ")} }`;
    });
  }
}

interface Field {
  readonly name: string;
  readonly codec: Codec<unknown>;
  /** The least that the fields after this one take. */
  readonly bytesMinAfter: number;
}

function sum(fields: readonly (readonly [string, Codec<unknown>])[], of: "bytesMin" | "bytesMax"): number {
  return fields.reduce((total, [, codec]) => total + codec[of], 0);
}

/** The values of a variant: `{ kind }` for a case of `unit`, `{ kind, value }` for another. */
export type Cases<C extends Readonly<Record<string, Shape<unknown>>>> = {
  [K in keyof C & string]: C[K] extends Shape<undefined>
    ? { readonly kind: K; readonly value?: undefined }
    : { readonly kind: K; readonly value: Infer<C[K]> };
}[keyof C & string];

/**
 * One of several cases, told apart by `kind`: `{ kind: "up", value: … }`, or `{ kind: "idle" }` for a case of `unit`.
 * At most 256 cases, numbered in the order given.
 */
export function variant<const C extends Readonly<Record<string, Shape<unknown>>>>(cases: C): Shape<Cases<C>> {
  checkNames("variant", cases);
  const all = Object.entries(cases).map(([kind, shape]) => [kind, codecOf(shape, `variant, ${kind}`)] as const);
  if (all.length === 0 || all.length > CASES_MAX)
    throw new KernelError("InvalidArgument", `variant: ${all.length} cases, from 1 to ${CASES_MAX}`);
  return new Variant(all) as Shape<Tagged> as Shape<Cases<C>>;
}

class Variant extends Codec<Tagged> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly #cases: readonly (readonly [string, Codec<unknown>])[];
  readonly #numbers: ReadonlyMap<unknown, number>;

  constructor(cases: readonly (readonly [string, Codec<unknown>])[]) {
    super();
    this.bytesMin = 1 + cases.reduce((least, [, { bytesMin }]) => Math.min(least, bytesMin), Infinity);
    this.bytesMax = 1 + cases.reduce((most, [, { bytesMax }]) => Math.max(most, bytesMax), 0);
    this.#cases = cases;
    this.#numbers = new Map(cases.map(([kind], number) => [kind, number]));
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "object" || value === null)
      to.refuse(`${said(value)}, where an object with a kind is expected`);
    const { kind } = value as Tagged;
    const number = this.#numbers.get(kind);
    to.path.enter("kind");
    if (number === undefined) to.refuse(`${said(kind)} that is none of ${listed(this.#cases.map(([name]) => name))}`);
    to.path.leave();
    to.bytes[to.take(1)] = number;
    to.path.enter("value");
    this.#cases[number]?.[1].write(to, (value as Tagged).value);
    to.path.leave();
  }

  read(from: Input): Tagged {
    const number = from.view.getUint8(from.take(1));
    const found = this.#cases[number];
    if (found === undefined)
      from.refuse(`${number}, where the number of one of ${this.#cases.length} cases is expected`);
    const [kind, codec] = found;
    if (codec === unit) return { kind };
    from.path.enter("value");
    const value = codec.read(from);
    from.path.leave();
    return { kind, value };
  }

  writeCode(code: Code, value: string): void {
    callToWrite(code, this, value, (own) => {
      own.refuseIf('typeof x !== "object" || x === null');
      own.line("switch (x.kind) {");
      for (const [number, [kind, codec]] of this.#cases.entries()) {
        own.line(`case ${JSON.stringify(kind)}: {`);
        own.line(`b[${own.pass(1)}] = ${number};`);
        if (codec.bytesMin > this.bytesMin - 1) own.need(codec.bytesMin);
        codec.writeCode(own, own.hold("x.value"));
        own.settle();
        own.line("break; }");
      }
      own.line("default: throw F; }");
    });
  }

  readCode(code: Code): string {
    return callToRead(code, this, (own) => {
      const result = own.name();
      own.line(`let ${result};`);
      own.line("switch (b[p]) {");
      for (const [number, [kind, codec]] of this.#cases.entries()) {
        own.line(`case ${number}: {`);
        own.pass(1);
        if (codec.bytesMin > this.bytesMin - 1) own.need(codec.bytesMin);
        const value = codec.readCode(own);
        own.settle();
        own.line(`${result} = { "kind": ${JSON.stringify(kind)}${codec === unit ? "" : `, "value": ${value}`} };`);
        own.line("break; }");
      }
      own.line("default: throw F; }");
      return result;
    });
  }
}

interface Tagged {
  readonly kind: string;
  readonly value?: unknown;
}

/** At most `lengthMax` values of one shape. */
export function list<T>(element: Shape<T>, lengthMax: number): Shape<readonly T[]> {
  return new Sequence(elementOf(element, "list", lengthMax), 0, lengthMax, prefixBytes(lengthMax));
}

/** Exactly `length` values of one shape. */
export function fixed<T>(element: Shape<T>, length: number): Shape<readonly T[]> {
  return new Sequence(elementOf(element, "fixed", length), length, length, 0);
}

/** Elements take at least a byte each: or few bytes could ask for many of them. */
function elementOf<T>(element: Shape<T>, of: string, length: number): Codec<T> {
  const codec = codecOf(element, of);
  checkLength(of, length);
  if (codec.bytesMin === 0)
    throw new KernelError("InvalidArgument", `${of}: elements that take no bytes; say how many in a u32`);
  return codec;
}

/** Many values of one shape: of at most a number (a list), or of just that number (fixed, which then is not written). */
class Sequence<T> extends Codec<readonly T[]> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly #element: Codec<T>;
  readonly #lengthMin: number;
  readonly #lengthMax: number;
  readonly #prefixBytes: 0 | 1 | 2 | 4;

  constructor(element: Codec<T>, lengthMin: number, lengthMax: number, prefix: 0 | 1 | 2 | 4) {
    super();
    this.#element = element;
    this.#lengthMin = lengthMin;
    this.#lengthMax = lengthMax;
    this.#prefixBytes = prefix;
    this.bytesMin = prefix + lengthMin * element.bytesMin;
    this.bytesMax = prefix + lengthMax * element.bytesMax;
  }

  write(to: Output, value: unknown): void {
    if (!Array.isArray(value)) to.refuse(`${said(value)}, where an array is expected`);
    const { length } = value;
    this.#checkLength(to, length);
    if (this.#prefixBytes !== 0) to.length(this.#prefixBytes, length);
    for (let index = 0; index < length; index += 1) {
      to.path.enter(index);
      this.#element.write(to, value[index]);
      to.path.leave();
    }
  }

  read(from: Input): readonly T[] {
    const length = this.#prefixBytes === 0 ? this.#lengthMax : from.length(this.#prefixBytes);
    this.#checkLength(from, length);
    const least = length * this.#element.bytesMin;
    if (least > from.end - from.at)
      from.refuse(`${length} elements are at least ${least} bytes, ${from.end - from.at} are left`);
    const values = new Array<T>(length);
    for (let index = 0; index < length; index += 1) {
      from.path.enter(index);
      values[index] = this.#element.read(from);
      from.path.leave();
    }
    return values;
  }

  #checkLength(where: Input | Output, length: number): void {
    if (length > this.#lengthMax || length < this.#lengthMin)
      where.refuse(`${length} elements, ${this.#prefixBytes === 0 ? "exactly" : "at most"} ${this.#lengthMax}`);
  }

  writeCode(code: Code, value: string): void {
    callToWrite(code, this, value, (own) => {
      own.refuseIf("!Array.isArray(x)");
      const length = own.hold("x.length");
      own.refuseIf(`${length} > ${this.#lengthMax} || ${length} < ${this.#lengthMin}`);
      if (this.#prefixBytes !== 0) own.writeLength(this.#prefixBytes, length);
      this.#loop(own, length, (index) => this.#element.writeCode(own, own.hold(`x[${index}]`)));
    });
  }

  readCode(code: Code): string {
    return callToRead(code, this, (own) => {
      const length = this.#prefixBytes === 0 ? String(this.#lengthMax) : own.readLength(this.#prefixBytes);
      if (this.#prefixBytes !== 0) own.refuseIf(`${length} > ${this.#lengthMax}`);
      own.settle();
      own.refuseIf(`${length} * ${this.#element.bytesMin} > e - p`);
      const values = own.hold(`new Array(${length})`);
      this.#loop(own, length, (index) => own.line(`${values}[${index}] = ${this.#element.readCode(own)};`));
      return values;
    });
  }

  /** The statements for all elements. Elements of one size are measured at once, others one by one. */
  #loop(own: Code, length: string, each: (index: string) => void): void {
    const { bytesMin, bytesMax } = this.#element;
    own.settle();
    if (bytesMin === bytesMax) own.refuseIf(`${length} * ${bytesMin} > e - p`);
    const index = own.name();
    own.line(`for (let ${index} = 0; ${index} < ${length}; ${index} += 1) {`);
    if (bytesMin !== bytesMax) own.need(bytesMin);
    each(index);
    own.settle();
    own.line("}");
  }
}

/** A value, or `undefined`. The inner shape must not have `undefined` among its own values: they could not be told apart. */
export function option<T>(inner: Shape<T>): Shape<T | undefined> {
  const codec = codecOf(inner, "option");
  if (codec.canBeUndefined)
    throw new KernelError("InvalidArgument", "option: the inner shape has undefined among its own values");
  return new Option(codec);
}

class Option<T> extends Codec<T | undefined> {
  readonly bytesMin = 1;
  readonly bytesMax: number;
  override readonly canBeUndefined = true;
  readonly #inner: Codec<T>;

  constructor(inner: Codec<T>) {
    super();
    this.bytesMax = 1 + inner.bytesMax;
    this.#inner = inner;
  }

  write(to: Output, value: unknown): void {
    to.bytes[to.take(1)] = value === undefined ? 0 : 1;
    if (value !== undefined) this.#inner.write(to, value);
  }

  read(from: Input): T | undefined {
    const byte = from.view.getUint8(from.take(1));
    if (byte > 1) from.refuse(`an option begins with the byte 0 or 1, not ${byte}`);
    return byte === 0 ? undefined : this.#inner.read(from);
  }

  writeCode(code: Code, value: string): void {
    code.settle();
    code.line(`if (${value} === undefined) { b[p] = 0; p += 1; } else {`);
    code.line("b[p] = 1; p += 1;");
    code.need(this.#inner.bytesMin);
    this.#inner.writeCode(code, value);
    code.settle();
    code.line("}");
  }

  readCode(code: Code): string {
    code.settle();
    const value = code.name();
    code.line(`let ${value};`);
    code.line("if (b[p] === 0) p += 1; else {");
    code.refuseIf("b[p] !== 1");
    code.line("p += 1;");
    code.need(this.#inner.bytesMin);
    code.line(`${value} = ${this.#inner.readCode(code)};`);
    code.settle();
    code.line("}");
    return value;
  }
}
