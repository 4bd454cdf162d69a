/** Shapes of one value each. A class stands above its shapes, which are made of it as this file loads. */

import { KernelError } from "../errors.ts";
import { CASES_MAX, type Code, Codec, type Input, listed, type Output, said, type Shape } from "./codec.ts";

/** Whole numbers that a JavaScript number holds. */
class Integer extends Codec<number> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly #method: "Uint8" | "Int8" | "Uint16" | "Int16" | "Uint32" | "Int32";
  readonly #min: number;
  readonly #max: number;
  /** The expression that is `x` if `x` is in range, and something else if not. */
  readonly #forced: (x: string) => string;

  constructor(bits: 8 | 16 | 32, signed: boolean) {
    super();
    this.bytesMin = bits / 8;
    this.bytesMax = bits / 8;
    this.#method = `${signed ? "Int" : "Uint"}${bits}`;
    this.#min = signed ? -(2 ** (bits - 1)) : 0;
    this.#max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    const shift = 32 - bits;
    this.#forced = (x) => `${x} << ${shift} ${signed ? ">>" : ">>>"} ${shift}`;
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "number" || !Number.isInteger(value) || value < this.#min || value > this.#max)
      to.refuse(`${this.#wrong(value)}, where a whole number from ${this.#min} to ${this.#max} is expected`);
    to.view[`set${this.#method}`](to.take(this.bytesMin), value, true);
  }

  #wrong(value: unknown): string {
    if (typeof value !== "number") return said(value);
    if (!Number.isInteger(value)) return "a number that is not whole";
    return value < this.#min ? "a number that is too small" : "a number that is too large";
  }

  read(from: Input): number {
    return from.view[`get${this.#method}`](from.take(this.bytesMin), true);
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`typeof ${value} !== "number" || (${this.#forced(value)}) !== ${value}`);
    const at = code.pass(this.bytesMin);
    code.line(this.bytesMin === 1 ? `b[${at}] = ${value};` : `v.set${this.#method}(${at}, ${value}, true);`);
  }

  readCode(code: Code): string {
    const at = code.pass(this.bytesMin);
    return code.hold(this.#method === "Uint8" ? `b[${at}]` : `v.get${this.#method}(${at}, true)`);
  }
}

/** A whole number from 0 to 255, in one byte. */
export const u8: Shape<number> = new Integer(8, false);
/** A whole number from -128 to 127, in one byte. */
export const i8: Shape<number> = new Integer(8, true);
/** A whole number from 0 to 65,535, in two bytes. */
export const u16: Shape<number> = new Integer(16, false);
/** A whole number from -32,768 to 32,767, in two bytes. */
export const i16: Shape<number> = new Integer(16, true);
/** A whole number from 0 to 4,294,967,295, in four bytes. */
export const u32: Shape<number> = new Integer(32, false);
/** A whole number from -2,147,483,648 to 2,147,483,647, in four bytes. */
export const i32: Shape<number> = new Integer(32, true);

/**
 * Floating-point numbers. JavaScript has one NaN and their bytes have many: one of them stands for it, as one value has
 * one encoding, and the others are refused.
 */
class Float extends Codec<number> {
  readonly bytesMin: 4 | 8;
  readonly bytesMax: 4 | 8;
  readonly #method: "Float32" | "Float64";
  /** The upper (or only) four bytes of NaN; the lower four are zero. */
  readonly #nan: number;

  constructor(bits: 32 | 64) {
    super();
    this.bytesMin = bits === 32 ? 4 : 8;
    this.bytesMax = this.bytesMin;
    this.#method = `Float${bits}`;
    this.#nan = bits === 32 ? 0x7fc00000 : 0x7ff80000;
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "number") to.refuse(`${said(value)}, where a number is expected`);
    if (this.bytesMin === 4 && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
      to.refuse("a number out of the range of four bytes");
    const at = to.take(this.bytesMin);
    if (!Number.isNaN(value)) return to.view[`set${this.#method}`](at, value, true);
    if (this.bytesMin === 8) to.view.setUint32(at, 0, true);
    to.view.setUint32(at + this.bytesMin - 4, this.#nan, true);
  }

  read(from: Input): number {
    const at = from.take(this.bytesMin);
    const value = from.view[`get${this.#method}`](at, true);
    if (Number.isNaN(value) && !this.#isOurNan(from.view, at))
      from.refuse("a NaN with other bytes than the usual ones");
    return value;
  }

  #isOurNan(view: DataView, at: number): boolean {
    if (this.bytesMin === 8 && view.getUint32(at, true) !== 0) return false;
    return view.getUint32(at + this.bytesMin - 4, true) === this.#nan;
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`typeof ${value} !== "number"`);
    if (this.bytesMin === 4)
      code.refuseIf(`Math.abs(Math.fround(${value})) === Infinity && Math.abs(${value}) !== Infinity`);
    const at = code.pass(this.bytesMin);
    const low = this.bytesMin === 8 ? `v.setUint32(${at}, 0, true); ` : "";
    const nan = `{ ${low}v.setUint32(${at} + ${this.bytesMin - 4}, ${this.#nan}, true); }`;
    code.line(`if (${value} === ${value}) v.set${this.#method}(${at}, ${value}, true); else ${nan}`);
  }

  readCode(code: Code): string {
    const at = code.pass(this.bytesMin);
    const value = code.hold(`v.get${this.#method}(${at}, true)`);
    const low = this.bytesMin === 8 ? `v.getUint32(${at}, true) !== 0 || ` : "";
    code.refuseIf(`${value} !== ${value} && (${low}v.getUint32(${at} + ${this.bytesMin - 4}, true) !== ${this.#nan})`);
    return value;
  }
}

/** A number, rounded to what four bytes hold; a finite one that would become infinite is refused. */
export const f32: Shape<number> = new Float(32);
/** Any number, exactly, in eight bytes. */
export const f64: Shape<number> = new Float(64);

/** Whole numbers of 64 bits. */
class Big extends Codec<bigint> {
  readonly bytesMin = 8;
  readonly bytesMax = 8;
  readonly #signed: boolean;

  constructor(signed: boolean) {
    super();
    this.#signed = signed;
  }

  write(to: Output, value: unknown): void {
    const range = this.#signed ? "-2^63 to 2^63 - 1" : "0 to 2^64 - 1";
    if (typeof value !== "bigint" || (this.#signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) !== value)
      to.refuse(`${said(value)}, where a bigint from ${range} is expected`);
    const at = to.take(8);
    if (this.#signed) to.view.setBigInt64(at, value, true);
    else to.view.setBigUint64(at, value, true);
  }

  read(from: Input): bigint {
    const at = from.take(8);
    return this.#signed ? from.view.getBigInt64(at, true) : from.view.getBigUint64(at, true);
  }

  writeCode(code: Code, value: string): void {
    const forced = this.#signed ? "BigInt.asIntN" : "BigInt.asUintN";
    code.refuseIf(`typeof ${value} !== "bigint" || ${forced}(64, ${value}) !== ${value}`);
    code.line(`v.set${this.#signed ? "BigInt64" : "BigUint64"}(${code.pass(8)}, ${value}, true);`);
  }

  readCode(code: Code): string {
    return code.hold(`v.get${this.#signed ? "BigInt64" : "BigUint64"}(${code.pass(8)}, true)`);
  }
}

/** A bigint from 0 to 2^64 - 1, in eight bytes. */
export const u64: Shape<bigint> = new Big(false);
/** A bigint from -2^63 to 2^63 - 1, in eight bytes. */
export const i64: Shape<bigint> = new Big(true);

class Bool extends Codec<boolean> {
  readonly bytesMin = 1;
  readonly bytesMax = 1;

  write(to: Output, value: unknown): void {
    if (typeof value !== "boolean") to.refuse(`${said(value)}, where true or false is expected`);
    to.bytes[to.take(1)] = value ? 1 : 0;
  }

  read(from: Input): boolean {
    const byte = from.view.getUint8(from.take(1));
    if (byte > 1) from.refuse(`a boolean is the byte 0 or 1, not ${byte}`);
    return byte === 1;
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`typeof ${value} !== "boolean"`);
    code.line(`b[${code.pass(1)}] = ${value} ? 1 : 0;`);
  }

  readCode(code: Code): string {
    const byte = code.hold(`b[${code.pass(1)}]`);
    code.refuseIf(`${byte} > 1`);
    return code.hold(`${byte} === 1`);
  }
}

/** `true` or `false`, in one byte. */
export const bool: Shape<boolean> = new Bool();

class Unit extends Codec<undefined> {
  readonly bytesMin = 0;
  readonly bytesMax = 0;
  override readonly canBeUndefined = true;

  write(to: Output, value: unknown): void {
    if (value !== undefined) to.refuse(`${said(value)}, where undefined is expected: this case has no value`);
  }

  read(): undefined {
    return undefined;
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`${value} !== undefined`);
  }

  readCode(): string {
    return "undefined";
  }
}

/** Nothing, in no bytes: for the cases of a variant that have no value. */
export const unit: Shape<undefined> = new Unit();

/** One of up to 256 texts, in one byte: its place in the order given. */
export function oneOf<const N extends readonly string[]>(...names: N): Shape<N[number]> {
  if (names.length === 0 || names.length > CASES_MAX)
    throw new KernelError("InvalidArgument", `oneOf: ${names.length} texts, from 1 to ${CASES_MAX}`);
  const strange = names.find((name, index) => typeof name !== "string" || names.indexOf(name) !== index);
  if (strange !== undefined)
    throw new KernelError("InvalidArgument", `oneOf: ${said(strange)} that is twice there, or none`);
  return new OneOf([...names]);
}

class OneOf extends Codec<string> {
  readonly bytesMin = 1;
  readonly bytesMax = 1;
  readonly #names: readonly string[];
  readonly #numbers: ReadonlyMap<unknown, number>;

  constructor(names: readonly string[]) {
    super();
    this.#names = names;
    this.#numbers = new Map(names.map((name, number) => [name, number]));
  }

  write(to: Output, value: unknown): void {
    const number = this.#numbers.get(value);
    if (number === undefined) to.refuse(`${said(value)} that is none of ${listed(this.#names)}`);
    to.bytes[to.take(1)] = number;
  }

  read(from: Input): string {
    const number = from.view.getUint8(from.take(1));
    const name = this.#names[number];
    if (name === undefined)
      from.refuse(`${number}, where the number of one of ${this.#names.length} texts is expected`);
    return name;
  }

  writeCode(code: Code, value: string): void {
    // Compared one by one: faster than a look-up, as texts of a program are mostly one and the same.
    const at = code.pass(1);
    const cases = this.#names.map((name, number) => `case ${JSON.stringify(name)}: b[${at}] = ${number}; break;`);
    code.line(`switch (${value}) { ${cases.join(" ")} default: throw F; }`);
  }

  readCode(code: Code): string {
    const number = code.hold(`b[${code.pass(1)}]`);
    code.refuseIf(`${number} >= ${this.#names.length}`);
    return code.hold(`${code.module.constant(this.#names)}[${number}]`);
  }
}
