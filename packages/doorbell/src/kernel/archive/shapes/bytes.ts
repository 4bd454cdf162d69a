import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import { checkLength, prefixBytes } from "../limits.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

/** Below this many bytes, a loop is faster than a call of `set` with a view made for it. */
const BY_HAND_MAX = 32;

class Bytes extends Codec<Uint8Array> {
  readonly bytesMin: 1 | 2 | 4;
  readonly bytesMax: number;
  readonly #lengthMax: number;

  constructor(lengthMax: number) {
    super();
    this.bytesMin = prefixBytes(lengthMax);
    this.bytesMax = this.bytesMin + lengthMax;
    this.#lengthMax = lengthMax;
  }

  write(to: Output, value: unknown): void {
    if (!isBytes(value)) to.refuse(`${said(value)}, where a Uint8Array is expected`);
    const length = lengthOf(value);
    if (length > this.#lengthMax) to.refuse(`${length} bytes, at most ${this.#lengthMax}`);
    to.length(this.bytesMin, length);
    to.bytes.set(value, to.take(length));
  }

  read(from: Input): Uint8Array {
    const length = from.length(this.bytesMin);
    if (length > this.#lengthMax) from.refuse(`${length} bytes, at most ${this.#lengthMax}`);
    return copyOf(from.bytes, from.take(length), length);
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`!${code.module.constant(isBytes)}(${value})`);
    const length = code.hold(`${code.module.constant(lengthOf)}(${value})`);
    code.refuseIf(`${length} > ${this.#lengthMax}`);
    code.writeLength(this.bytesMin, length);
    code.settle();
    code.refuseIf(`${length} > e - p`);
    code.line(`b.set(${value}, p);`);
    code.line(`p += ${length};`);
  }

  readCode(code: Code): string {
    const length = code.readLength(this.bytesMin);
    code.settle();
    code.refuseIf(`${length} > ${this.#lengthMax} || ${length} > e - p`);
    const bytes = code.hold(`${code.module.constant(copyOf)}(b, p, ${length})`);
    code.line(`p += ${length};`);
    return bytes;
  }
}

/** At most `lengthMax` bytes. What is decoded is a copy with memory of its own, as the message's memory goes back or on. */
export function bytes(lengthMax: number): Shape<Uint8Array> {
  checkLength("bytes", lengthMax);
  return new Bytes(lengthMax);
}

/** Not fooled by a proxy or by an object with the right prototype. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array;
}

/** The true length, whatever a subclass says: it is what `set` copies, and nothing older may be left in between. */
const lengthOf: (bytes: Uint8Array) => number = (() => {
  const prototype: object = Object.getPrototypeOf(Uint8Array.prototype);
  const length = Object.getOwnPropertyDescriptor(prototype, "length");
  return (bytes) => length?.get?.call(bytes) as number;
})();

function copyOf(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  if (length > BY_HAND_MAX) copy.set(bytes.subarray(at, at + length));
  else for (let index = 0; index < length; index += 1) copy[index] = bytes[at + index] as number;
  return copy;
}
