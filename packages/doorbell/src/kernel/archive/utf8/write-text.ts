/** Up to this many characters, a loop is faster than a call out of JavaScript. */
const BY_HAND_MAX = 24;

type LatinWrite = (this: Uint8Array, text: string, at: number, length: number) => number;

/** Node's own, which every `Buffer` inherits: it copies into any bytes, without a view made for it. */
const { latin1Write, utf8Write } = Buffer.prototype as unknown as Record<"latin1Write" | "utf8Write", LatinWrite>;

/** Bytes of a text in UTF-8; -1 if it has half of a surrogate pair, which UTF-8 cannot say. */
export function utf8Bytes(text: string): number {
  const length = Buffer.byteLength(text);
  return length === text.length || isWellFormed(text) ? length : -1;
}

/**
 * Writes a text at a place before `end`, in at most `bytesMax` bytes, and returns their number; -1 if it does not fit or
 * cannot be said in UTF-8. What is in memory is never read.
 */
export function writeText(text: string, bytes: Uint8Array, at: number, end: number, bytesMax: number): number {
  const { length } = text;
  const room = Math.min(end - at, bytesMax);
  if (length > room) return -1;
  if (length > BY_HAND_MAX) return writeLong(text, bytes, at, room);
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

/** Node 20 has it, and TypeScript's es2023 does not. */
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}
