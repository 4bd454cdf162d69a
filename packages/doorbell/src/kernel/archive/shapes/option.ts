import { KernelError } from "../../errors.ts";
import type { Code } from "../code/index.ts";
import { Codec, codecOf } from "../codec.ts";
import type { Input } from "../input.ts";
import type { Output } from "../output.ts";
import type { Shape } from "../shape.ts";

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

/** A value, or `undefined`. The inner shape must not have `undefined` among its own values: they could not be told apart. */
export function option<T>(inner: Shape<T>): Shape<T | undefined> {
  const codec = codecOf(inner, "option");
  if (codec.canBeUndefined)
    throw new KernelError("InvalidArgument", "option: the inner shape has undefined among its own values");
  return new Option(codec);
}
