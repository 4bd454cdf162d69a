/** The bare ring: one writer, one reader, 64 bytes a slot, no rule kept. What shared memory can do at the most. */
export const slots = 1_024;
/** Words of 32 bits, each on a line of cache of its own. */
export const TAIL = 0;
export const HEAD = 16;
export const READER_ASLEEP = 32;
export const WRITER_ASLEEP = 48;
/** Where the slots begin, in numbers of 64 bits. */
export const SLOTS = 32;
/** Numbers of 64 bits in a slot: what it is, and four. */
export const SLOT = 8;
const ringBytes = (SLOTS + slots * SLOT) * 8;

/** Room for memory that is copied along. */
export const areaBytes: number = 16 * 2 ** 20;

/** What two threads share: a ring there, a ring back, and the area of the first. */
export const sharedBytes: number = 2 * ringBytes + areaBytes;

export interface Part {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

/** The ring there (0) or back (1). */
export function ringOf(shared: SharedArrayBuffer, direction: 0 | 1): Part {
  const at = direction * ringBytes;
  return { words: new Int32Array(shared, at, 64), numbers: new Float64Array(shared, at, ringBytes / 8) };
}

/** The bytes that are copied along. */
export function areaOf(shared: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(shared, 2 * ringBytes);
}

/** What a slot says. */
export const What = { scalar: 1, call: 2, move: 3, typed: 4 } as const;
