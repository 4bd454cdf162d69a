import { isAscii, isUtf8 } from "node:buffer";

import { LineError } from "./errors.ts";

/** The protocol's own limit: bytes in a line, its end not counted. */
export const LINE_BYTES_MAX = 16_384;

/**
 * Bytes to lines, without I/O. Lines end in LF or CRLF; however the stream is cut into chunks, the lines are the same,
 * and the work is linear in the bytes.
 *
 * It is pulled, so that a reader may stop between two lines of one chunk and go on later:
 * `push(chunk)`, then `next()` until it gives `undefined`. A line that is too long or not UTF-8 is given as a
 * `LineError`, and ends the stream: nothing comes after it.
 */
export class LineSplitter {
  readonly #bytesMax: number;
  /** The chunk being read, borrowed from whoever pushed it, and how far it has been read. */
  #chunk: Buffer | undefined;
  #at = 0;
  /** The same chunk as text when it is all ASCII: searching and slicing a string beats a call into C++ for each line. */
  #text: string | undefined;
  /** Chunks that came while the one above was not read out, a linked list: taking the first of a long array is not free. */
  #later: Later | undefined;
  #latest: Later | undefined;
  /** The beginning of a line whose end has not come: a copy of our own, so that no large chunk is kept for its sake. */
  #partial: Buffer | undefined;
  #partialLength = 0;
  #failed = false;
  #ended = false;
  #isUnended = false;

  constructor(bytesMax: number = LINE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** Takes bytes, which must not be changed until they have been read. After a `LineError` they are discarded. */
  push(chunk: Uint8Array): void {
    if (this.#failed || chunk.length === 0) return;
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#chunk === undefined) this.#read(bytes);
    else this.#keepForLater(bytes);
  }

  /** Nothing more will come: what has no line end is the last line, and `isUnended` says so. */
  end(): void {
    this.#ended = true;
  }

  /** The next line without its end; `undefined` when it has not come yet; a `LineError` once if it never can. */
  next(): string | LineError | undefined {
    while (this.#chunk !== undefined) {
      const end = this.#text === undefined ? this.#chunk.indexOf(LF, this.#at) : this.#text.indexOf("\n", this.#at);
      if (end !== -1) return this.#line(this.#chunk, end);
      this.#keep(this.#chunk.subarray(this.#at));
      if (this.#partialIsTooLong()) return this.#fail("LineTooLong");
      this.#readLater();
    }
    if (!this.#ended || this.#partial === undefined) return undefined;
    this.#isUnended = true;
    return this.#line(Buffer.alloc(0), 0);
  }

  /** True if the line given last had no line end: it may be half of one. */
  get isUnended(): boolean {
    return this.#isUnended;
  }

  /** Whether bytes have been pushed that `next()` has not looked at. */
  get hasUnread(): boolean {
    return this.#chunk !== undefined;
  }

  #read(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#text = isAscii(chunk) ? chunk.toString("latin1") : undefined;
  }

  #keepForLater(bytes: Buffer): void {
    const later: Later = { bytes, after: undefined };
    if (this.#latest === undefined) this.#later = later;
    else this.#latest.after = later;
    this.#latest = later;
  }

  /** Goes on to the next chunk, when there is one. */
  #readLater(): void {
    const later = this.#later;
    this.#chunk = this.#text = undefined;
    if (later === undefined) return;
    this.#later = later.after;
    if (this.#later === undefined) this.#latest = undefined;
    this.#read(later.bytes);
  }

  #line(chunk: Buffer, end: number): string | LineError {
    const start = this.#at;
    this.#at = end + 1;
    let bytes = chunk;
    let from = start;
    let to = end;
    let text = this.#text;
    if (this.#partialLength > 0) {
      this.#keep(chunk.subarray(start, end));
      bytes = this.#partial as Buffer;
      from = 0;
      to = this.#partialLength;
      text = undefined;
      this.#partial = undefined;
      this.#partialLength = 0;
    }
    if (to > from && bytes[to - 1] === CR) to -= 1;
    if (to - from > this.#bytesMax) return this.#fail("LineTooLong");
    if (this.#at === chunk.length) this.#readLater();
    if (text !== undefined) return text.slice(from, to);
    const line = bytes.subarray(from, to);
    return isUtf8(line) ? line.toString() : this.#fail("NotUtf8");
  }

  /** Appends to the partial line, in a buffer that doubles: linear in the bytes even when they come one by one. */
  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const length = this.#partialLength + bytes.length;
    // What passes the limit need not be kept to be refused.
    const room = Math.min(length, this.#bytesMax + 2);
    if (this.#partial === undefined || this.#partial.length < room) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(64, 2 ** Math.ceil(Math.log2(room))), this.#bytesMax + 2));
      this.#partial?.copy(grown, 0, 0, this.#partialLength);
      this.#partial = grown;
    }
    bytes.copy(this.#partial, this.#partialLength);
    this.#partialLength = length;
  }

  /** One byte past the limit can still be the CR of a line that is just at it. */
  #partialIsTooLong(): boolean {
    const over = this.#partialLength - this.#bytesMax;
    return over > 1 || (over === 1 && this.#partial?.[this.#bytesMax] !== CR);
  }

  #fail(code: "LineTooLong" | "NotUtf8"): LineError {
    this.#failed = true;
    this.#chunk = undefined;
    this.#text = undefined;
    this.#later = this.#latest = undefined;
    this.#partial = undefined;
    return code === "LineTooLong"
      ? new LineError(code, `a line is at most ${this.#bytesMax} bytes`)
      : new LineError(code, "a line is UTF-8 text");
  }
}

const LF = 10;
const CR = 13;

interface Later {
  readonly bytes: Buffer;
  after: Later | undefined;
}
