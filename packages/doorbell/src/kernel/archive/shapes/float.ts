import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

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
