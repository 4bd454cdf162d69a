/** Keeps buffers that are free, by their exact length, so that traffic of one size needs no new memory. */
export class MemoryPool {
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #bytesMax: number;
  #bytes = 0;

  /** Keeps at most so many bytes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** A buffer of that length; its contents are whatever its last user left: overwrite all of it. */
  take(length: number): ArrayBuffer {
    const buffer = this.#free.get(length)?.pop();
    if (buffer === undefined) return new ArrayBuffer(length);
    this.#bytes -= length;
    return buffer;
  }

  put(buffer: ArrayBuffer): void {
    const length = buffer.byteLength;
    if (length === 0 || this.#bytes + length > this.#bytesMax) return;
    this.#bytes += length;
    const list = this.#free.get(length);
    if (list !== undefined) list.push(buffer);
    else {
      // Odd sizes must not gather for ever: a length that is new may push out all that is kept of the others.
      if (this.#free.size >= 64) {
        this.#free.clear();
        this.#bytes = length;
      }
      this.#free.set(length, [buffer]);
    }
  }
}
