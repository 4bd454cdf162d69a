import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

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
