import {
  byOneMax,
  CALL,
  CONNECTION,
  type Half,
  HEAD,
  KIND,
  Kind,
  LENGTH,
  NUMBERS,
  OPCODE,
  type RingSize,
  ROOM_WANTED,
  SLOT,
  TAIL,
  TICKET,
  Where,
} from "./layout.ts";

/**
 * The sending end of one direction. It keeps its own counters in private memory and only publishes them, and it never
 * trusts what the other end wrote: a counter that cannot be is an end of the lane, not an exception in the middle of it.
 *
 * The order that everything rests on: the slot by plain stores, then the tail by an atomic one, which orders them; and
 * only then may the receiver be woken.
 */
export class RingWriter {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #half: Half;
  readonly #mask: number;
  readonly #slots: number;
  /** How many slots were written; published as TAIL. */
  #tail: number;
  /** What was last seen of HEAD. */
  #head: number;
  readonly #bytesMask: number;
  /** How many bytes were ever taken of the bytes in line, and how many of them are free again. */
  #bytesTail = 0;
  #bytesHead = 0;
  /** By slot: where its bytes end, so that a slot that was taken frees them. */
  readonly #bytesEnd: Uint32Array;
  /** The other end wrote what cannot be. */
  broken = false;

  /** `start` is what the counters begin at: 0, save in tests of their wrapping. */
  constructor(shared: SharedArrayBuffer, half: Half, size: RingSize, start = 0) {
    this.#words = new Int32Array(shared);
    this.#numbers = new Float64Array(shared);
    this.#bytes = new Uint8Array(shared, half.bytes, size.bytes);
    this.#half = half;
    this.#slots = size.slots;
    this.#mask = size.slots - 1;
    this.#bytesMask = size.bytes - 1;
    this.#bytesEnd = new Uint32Array(size.slots);
    this.#tail = start | 0;
    this.#head = start | 0;
  }

  /** Bytes in line are of this length at most: then they always find room in an empty ring, in one piece. */
  get inlineMax(): number {
    return this.#bytes.length >>> 1;
  }

  /** How many slots are free. Looks at the other end's counter only when it seems that none is. */
  get room(): number {
    const room = this.#slots - ((this.#tail - this.#head) | 0);
    return room > 0 ? room : this.refresh();
  }

  /** Looks how far the receiver has come, and how many slots are free. */
  refresh(): number {
    const head = Atomics.load(this.#words, this.#half.control + HEAD);
    const used = (this.#tail - head) >>> 0;
    // The receiver can have taken no more than was written, and can give nothing back.
    if (used > this.#slots || used > (this.#tail - this.#head) >>> 0) {
      this.broken = true;
      return 0;
    }
    if (head !== this.#head) {
      this.#head = head;
      this.#bytesHead = this.#bytesEnd[(head - 1) & this.#mask] ?? 0;
    }
    return this.#slots - used;
  }

  /** Copies bytes into the ring, for the slot that is written next; where they begin, or -1 if there is no room. */
  place(bytes: Uint8Array): number {
    const length = bytes.length;
    if (length === 0) return 0;
    let at = this.#fit(length);
    if (at < 0) {
      this.refresh();
      at = this.#fit(length);
      if (at < 0) return -1;
    }
    const from = at & this.#bytesMask;
    const own = this.#bytes;
    if (length > byOneMax) own.set(bytes, from);
    else for (let one = 0; one < length; one += 1) own[from + one] = bytes[one] as number;
    this.#bytesTail = (at + length) >>> 0;
    return from;
  }

  /** Where so many bytes fit in one piece; if not before the end of the memory, then from its beginning. */
  #fit(length: number): number {
    let at = this.#bytesTail;
    const toEnd = this.#bytes.length - (at & this.#bytesMask);
    if (toEnd < length) at = (at + toEnd) >>> 0;
    const used = (at + length - this.#bytesHead) >>> 0;
    return used <= this.#bytes.length ? at : -1;
  }

  /** Writes a slot with four numbers. There must be room. It is not seen until {@link publish}. */
  write(
    kind: number,
    connection: number,
    id: number,
    call: number,
    ticket: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    const slot = this.#tail & this.#mask;
    const at = this.#half.slots + slot * SLOT;
    const words = this.#words;
    words[at + KIND] = kind;
    words[at + CONNECTION] = connection;
    words[at + OPCODE] = id;
    words[at + CALL] = call;
    words[at + TICKET] = ticket;
    const number = (at >>> 1) + NUMBERS;
    const numbers = this.#numbers;
    numbers[number] = a;
    numbers[number + 1] = b;
    numbers[number + 2] = c;
    numbers[number + 3] = d;
    this.#bytesEnd[slot] = this.#bytesTail;
    this.#tail = (this.#tail + 1) | 0;
  }

  /** Writes so many scalars of one opcode, with tickets in a row. There must be room. */
  writeScalars(connection: number, id: number, ticket: number, words: Float64Array, count: number): void {
    for (let one = 0; one < count; one += 1) {
      const at = one * 4;
      const [a, b, c, d] = [words[at], words[at + 1], words[at + 2], words[at + 3]] as [number, number, number, number];
      this.write(Kind.scalar, connection, id, 0, (ticket + one) | 0, a, b, c, d);
    }
  }

  /** Adds to the slot just written a fifth number: of an answer, or the key of a call. */
  writeFifth(value: number): void {
    const at = this.#half.slots + ((this.#tail - 1) & this.#mask) * SLOT;
    this.#numbers[(at >>> 1) + NUMBERS + 4] = value;
  }

  /** Adds to the slot just written that bytes belong to it: in line if they were placed, else on the lane's port. */
  writeBytes(length: number, place: number): void {
    const at = this.#half.slots + ((this.#tail - 1) & this.#mask) * SLOT;
    const where = length === 0 ? Where.none : place < 0 ? Where.port : Where.inline;
    this.#words[at + KIND] = (this.#words[at + KIND] ?? 0) | (where << 8);
    this.#words[at + LENGTH] = length;
    this.#numbers[(at >>> 1) + NUMBERS + 2] = place;
  }

  /** Adds to the slot just written how often its message was passed on, and the thread that called; of plain calls in LENGTH, for they have no bytes. */
  writePassed(depth: number, caller: number, hasBytes: boolean): void {
    const at = this.#half.slots + ((this.#tail - 1) & this.#mask) * SLOT;
    this.#words[at + KIND] = (this.#words[at + KIND] ?? 0) | (depth << 16);
    if (hasBytes) this.#numbers[(at >>> 1) + NUMBERS + 3] = caller;
    else this.#words[at + LENGTH] = caller;
  }

  publish(): void {
    Atomics.store(this.#words, this.#half.control + TAIL, this.#tail);
  }

  /** Asks the receiver to wake this thread when there is room. Whoever asks must look for room once more afterwards. */
  wantRoom(): void {
    Atomics.store(this.#words, this.#half.control + ROOM_WANTED, 1);
  }
}
