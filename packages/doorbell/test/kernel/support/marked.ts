/** Lengths of memory around every edge: nothing, a slot, Node's pool, what goes in line, what goes by the port. */
export const lengths: readonly number[] = [0, 1, 5, 63, 64, 65, 100, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 20_000];

/** Bytes that no pattern holds, and by which a neighbour is known. */
export function marked(mark: number): Uint8Array {
  return new Uint8Array(24).fill(0xe0 + mark);
}

/** What memory of that length is filled with by the one of that mark. */
export function pattern(mark: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 1 + mark * 40 + (at % 37));
}
