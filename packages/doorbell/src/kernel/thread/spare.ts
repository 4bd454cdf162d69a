/** Larger memory than this is not kept: it was not copied here but handed over, and so is never asked for. */
const lengthMax = 65_536;
/** So many bytes are kept for one server. */
const bytesMax = 262_144;

/**
 * Memory of moves that a server has dropped, kept for the next of the same length: making memory costs more than copying
 * a kilobyte. It is one server's own, so that what is left in it, or is written by an older view, reaches nobody else.
 */
export class Spare {
  readonly #byLength = new Map<number, ArrayBuffer[]>();
  #bytes = 0;

  /** Memory of this length, if there is some. It holds what it held. */
  take(length: number): ArrayBuffer | undefined {
    const buffer = this.#byLength.get(length)?.pop();
    if (buffer !== undefined) this.#bytes -= length;
    return buffer;
  }

  give(buffer: ArrayBuffer): void {
    const { byteLength } = buffer;
    if (byteLength === 0 || byteLength > lengthMax) return;
    if (this.#bytes + byteLength > bytesMax) {
      this.#byLength.clear();
      this.#bytes = 0;
    }
    const alike = this.#byLength.get(byteLength);
    if (alike === undefined) this.#byLength.set(byteLength, [buffer]);
    else alike.push(buffer);
    this.#bytes += byteLength;
  }
}
