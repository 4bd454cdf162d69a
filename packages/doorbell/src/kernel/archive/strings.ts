/** Shapes of texts and of bytes; below them, how UTF-8 is written and read. */

import { checkLength, type Code, Codec, type Input, type Output, prefixBytes, said, type Shape } from "./codec.ts";

/** A text of at most `bytesMax` bytes of UTF-8. Every character passes, also a byte order mark and U+0000. */
export function text(bytesMax: number): Shape<string> {
  checkLength("text", bytesMax);
  return new Text(bytesMax);
}

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

/** At most `lengthMax` bytes. What is decoded is a copy with memory of its own, as the message's memory goes back or on. */
export function bytes(lengthMax: number): Shape<Uint8Array> {
  checkLength("bytes", lengthMax);
  return new Bytes(lengthMax);
}

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
  if (length > COPY_BY_HAND_MAX) copy.set(bytes.subarray(at, at + length));
  else for (let index = 0; index < length; index += 1) copy[index] = bytes[at + index] as number;
  return copy;
}

/** Below this many bytes, a loop is faster than a call of `set` with a view made for it. */
const COPY_BY_HAND_MAX = 32;

/** Bytes of a text in UTF-8; -1 if it has half of a surrogate pair, which UTF-8 cannot say. */
function utf8Bytes(text: string): number {
  const length = Buffer.byteLength(text);
  return length === text.length || isWellFormed(text) ? length : -1;
}

/**
 * Writes a text at a place before `end`, in at most `bytesMax` bytes, and returns their number; -1 if it does not fit or
 * cannot be said in UTF-8. What is in memory is never read.
 */
function writeText(text: string, bytes: Uint8Array, at: number, end: number, bytesMax: number): number {
  const { length } = text;
  const room = Math.min(end - at, bytesMax);
  if (length > room) return -1;
  if (length > WRITE_BY_HAND_MAX) return writeLong(text, bytes, at, room);
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return writeWide(text, index, bytes, at, room);
    bytes[at + index] = unit;
  }
  return length;
}

/** A short text with more than ASCII in it, from its first such character on. */
function writeWide(text: string, from: number, bytes: Uint8Array, start: number, room: number): number {
  let at = start + from;
  const end = start + room;
  for (let index = from; index < text.length; index += 1) {
    let point = text.charCodeAt(index);
    if (point >= 0xd800 && point < 0xe000) {
      point = text.codePointAt(index) as number;
      if (point < 0x10000) return -1;
      index += 1;
    }
    const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    if (end - at <= more) return -1;
    bytes[at] = more === 0 ? point : ((0x780 >> more) & 0xff) | (point >> (6 * more));
    at += 1;
    for (let left = more - 1; left >= 0; left -= 1) {
      bytes[at] = 0x80 | ((point >> (6 * left)) & 0x3f);
      at += 1;
    }
  }
  return at - start;
}

function writeLong(text: string, bytes: Uint8Array, at: number, room: number): number {
  const length = Buffer.byteLength(text);
  if (length > room) return -1;
  if (length === text.length) return latin1Write.call(bytes, text, at, length);
  return isWellFormed(text) ? utf8Write.call(bytes, text, at, length) : -1;
}

/** Up to this many characters, a loop is faster than a call out of JavaScript. */
const WRITE_BY_HAND_MAX = 24;

/** Node's own, which every `Buffer` inherits: it copies into any bytes, without a view made for it. */
const { latin1Write, utf8Write } = Buffer.prototype as unknown as Record<"latin1Write" | "utf8Write", LatinWrite>;

type LatinWrite = (this: Uint8Array, text: string, at: number, length: number) => number;

/** Node 20 has it, and TypeScript's es2023 does not. */
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** The text that so many bytes are, which the caller knows to be there; `undefined` if they are not UTF-8. */
function readText(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length > UNITS_MAX) return readLong(bytes, at, length);
  let seen = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[at + index] as number;
    units[index] = byte;
    seen |= byte;
  }
  return seen > 0x7f ? readWide(bytes, at, at + length) : fromUnits(units, length);
}

/** A short text with more than ASCII in it: it never has more units than bytes. */
function readWide(bytes: Uint8Array, from: number, end: number): string | undefined {
  let length = 0;
  let at = from;
  while (at < end) {
    const first = bytes[at] as number;
    at += 1;
    if (first < 0x80) {
      units[length] = first;
      length += 1;
      continue;
    }
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first < 0xc2 || first > 0xf4 || end - at < more) return undefined;
    let point = first & (0x3f >> more);
    for (const last = at + more; at < last; at += 1) {
      const byte = bytes[at] as number;
      if ((byte & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    // Longer than need be, half of a surrogate pair, or past the last character there is.
    if (more === 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) return undefined;
    if (more === 3 && (point < 0x10000 || point > 0x10ffff)) return undefined;
    if (point > 0xffff) {
      units[length] = 0xd7c0 + (point >> 10);
      length += 1;
      point = 0xdc00 | (point & 0x3ff);
    }
    units[length] = point;
    length += 1;
  }
  return fromUnits(units, length);
}

function readLong(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length > ASCII_MAX) return decoded(bytes, at, length);
  const end = at + length;
  let seen = 0;
  for (let index = at; index < end; index += 1) seen |= bytes[index] as number;
  return seen > 0x7f ? decoded(bytes, at, length) : latin1Slice.call(bytes, at, end);
}

function decoded(bytes: Uint8Array, at: number, length: number): string | undefined {
  try {
    return decoder.decode(bytes.subarray(at, at + length));
  } catch {
    return undefined;
  }
}

/** Up to this many bytes, looking for itself whether all is ASCII is faster than the decoder. */
const ASCII_MAX = 96;

/** Refuses what is not UTF-8, and takes no byte order mark away: it is part of the text. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Node's own, which every `Buffer` inherits: it reads any bytes, without a view made for it. */
const { latin1Slice } = Buffer.prototype as unknown as Record<"latin1Slice", LatinSlice>;

type LatinSlice = (this: Uint8Array, at: number, end: number) => string;

/** The text of the first `length` UTF-16 units, of which there are at most `UNITS_MAX`. */
function fromUnits(units: Uint16Array, length: number): string {
  if (length === 0) return "";
  const a = units[0];
  if (length === 1) return textOf(a);
  const b = units[1];
  if (length === 2) return textOf(a, b);
  const c = units[2];
  if (length === 3) return textOf(a, b, c);
  const d = units[3];
  if (length === 4) return textOf(a, b, c, d);
  const e = units[4];
  if (length === 5) return textOf(a, b, c, d, e);
  const f = units[5];
  if (length === 6) return textOf(a, b, c, d, e, f);
  const g = units[6];
  if (length === 7) return textOf(a, b, c, d, e, f, g);
  const h = units[7];
  if (length === 8) return textOf(a, b, c, d, e, f, g, h);
  const i = units[8];
  if (length === 9) return textOf(a, b, c, d, e, f, g, h, i);
  const j = units[9];
  if (length === 10) return textOf(a, b, c, d, e, f, g, h, i, j);
  const k = units[10];
  if (length === 11) return textOf(a, b, c, d, e, f, g, h, i, j, k);
  const l = units[11];
  if (length === 12) return textOf(a, b, c, d, e, f, g, h, i, j, k, l);
  const m = units[12];
  if (length === 13) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m);
  const n = units[13];
  if (length === 14) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  const o = units[14];
  if (length === 15) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  const p = units[15];
  if (length === 16) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  const q = units[16];
  if (length === 17) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  const r = units[17];
  if (length === 18) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
  const s = units[18];
  if (length === 19) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
  const t = units[19];
  if (length === 20) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  const u = units[20];
  if (length === 21) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
  const v = units[21];
  if (length === 22) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
  const w = units[22];
  if (length === 23) return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
  const x = units[23];
  return textOf(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
}

/** The most that `fromUnits` takes. */
const UNITS_MAX = 24;

/** Where short texts are put together. Nothing else runs meanwhile. */
const units = new Uint16Array(UNITS_MAX);

/** Characters given one by one make a text several times faster than any other way, as long as they are few. */
const textOf = String.fromCharCode as (...codes: readonly (number | undefined)[]) => string;
