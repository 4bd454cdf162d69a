import { fromUnits, UNITS_MAX } from "./from-units.ts";

/** Up to this many bytes, looking for itself whether all is ASCII is faster than the decoder. */
const ASCII_MAX = 96;

/** Refuses what is not UTF-8, and takes no byte order mark away: it is part of the text. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type LatinSlice = (this: Uint8Array, at: number, end: number) => string;

/** Node's own, which every `Buffer` inherits: it reads any bytes, without a view made for it. */
const { latin1Slice } = Buffer.prototype as unknown as Record<"latin1Slice", LatinSlice>;

/** Where short texts are put together. Nothing else runs meanwhile. */
const units = new Uint16Array(UNITS_MAX);

/** The text that so many bytes are, which the caller knows to be there; `undefined` if they are not UTF-8. */
export function readText(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length > UNITS_MAX) return readLong(bytes, at, length);
  let seen = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[at + index] as number;
    units[index] = byte;
    seen |= byte;
  }
  return seen > 0x7f ? readWide(bytes, at, at + length) : fromUnits(units, length);
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
