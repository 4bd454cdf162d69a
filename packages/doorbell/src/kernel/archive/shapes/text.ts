import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import { checkLength, prefixBytes } from "../limits.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";
import { readText, utf8Bytes, writeText } from "../utf8/index.ts";

class Text extends Codec<string> {
  readonly bytesMin: 1 | 2 | 4;
  readonly bytesMax: number;
  readonly #textMax: number;

  constructor(textMax: number) {
    super();
    this.bytesMin = prefixBytes(textMax);
    this.bytesMax = this.bytesMin + textMax;
    this.#textMax = textMax;
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "string") to.refuse(`${said(value)}, where a text is expected`);
    const length = utf8Bytes(value);
    if (length === -1) to.refuse("half of a surrogate pair stands alone, which UTF-8 cannot say");
    if (length > this.#textMax) to.refuse(`${length} bytes, at most ${this.#textMax}`);
    to.length(this.bytesMin, length);
    const at = to.take(length);
    writeText(value, to.bytes, at, to.end, this.#textMax);
  }

  read(from: Input): string {
    const length = from.length(this.bytesMin);
    if (length > this.#textMax) from.refuse(`${length} bytes, at most ${this.#textMax}`);
    const text = readText(from.bytes, from.take(length), length);
    if (text === undefined) from.refuse(`the ${length} bytes before are not UTF-8`);
    return text;
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`typeof ${value} !== "string"`);
    code.settle();
    const write = code.module.constant(writeText);
    const length = code.hold(`${write}(${value}, b, p + ${this.bytesMin}, e, ${this.#textMax})`);
    code.refuseIf(`${length} < 0`);
    code.writeLength(this.bytesMin, length);
    code.settle();
    code.line(`p += ${length};`);
  }

  readCode(code: Code): string {
    const length = code.readLength(this.bytesMin);
    code.settle();
    code.refuseIf(`${length} > ${this.#textMax} || ${length} > e - p`);
    const text = code.hold(`${code.module.constant(readText)}(b, p, ${length})`);
    code.refuseIf(`${text} === undefined`);
    code.line(`p += ${length};`);
    return text;
  }
}

/** A text of at most `bytesMax` bytes of UTF-8. Every character passes, also a byte order mark and U+0000. */
export function text(bytesMax: number): Shape<string> {
  checkLength("text", bytesMax);
  return new Text(bytesMax);
}
