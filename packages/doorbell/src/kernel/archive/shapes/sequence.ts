import { KernelError } from "../../errors.ts";
import { callToRead, callToWrite, type Code } from "../code/index.ts";
import { Codec, codecOf } from "../codec.ts";
import type { Input } from "../input.ts";
import { checkLength, prefixBytes } from "../limits.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

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
