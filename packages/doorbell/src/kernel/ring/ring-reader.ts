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
} from "./layout.ts";

const zeros = new Uint8Array(8_192);

/** Fills shared memory with zeros: by copies, which take whole words; `fill` goes byte by byte there. */
function wipe(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length <= zeros.length) return bytes.set(zeros.subarray(0, length));
  for (let from = 0; from < length; from += zeros.length)
    bytes.set(zeros.subarray(0, Math.min(zeros.length, length - from)), from);
}

/** What a slot held: a private copy, every word of it read once. It is overwritten by the next. */
export interface Slot {
  kind: number;
  where: number;
  /** How often its message was passed on. */
  depth: number;
  connection: number;
  id: number;
  call: number;
  ticket: number;
  length: number;
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
}

/**
 * The receiving end of one direction. The sender may write anything at any time: so every word is read once, into
 * private memory, and judged there; a slot is wiped when it was taken.
 */
export class RingReader {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #half: Half;
  readonly #mask: number;
  readonly #slots: number;
  /** How many slots were taken; published as HEAD. */
  #head: number;
  readonly slot: Slot = {
    kind: 0,
    where: 0,
    depth: 0,
    connection: 0,
    id: 0,
    call: 0,
    ticket: 0,
    length: 0,
    a: 0,
    b: 0,
    c: 0,
    d: 0,
    e: 0,
  };

  constructor(shared: SharedArrayBuffer, half: Half, size: RingSize, start = 0) {
    this.#words = new Int32Array(shared);
    this.#numbers = new Float64Array(shared);
    this.#bytes = new Uint8Array(shared, half.bytes, size.bytes);
    this.#half = half;
    this.#slots = size.slots;
    this.#mask = size.slots - 1;
    this.#head = start | 0;
  }

  /** How many slots can be taken; -1 if the sender's counter cannot be. */
  get available(): number {
    const available = (Atomics.load(this.#words, this.#half.control + TAIL) - this.#head) >>> 0;
    return available > this.#slots ? -1 : available;
  }

  /** The kind and the ticket of the slot that is next. A look ahead only: {@link read} judges what it reads itself. */
  peekKind(): number {
    return (this.#words[this.#half.slots + (this.#head & this.#mask) * SLOT + KIND] as number) & 0xff;
  }

  peekTicket(): number {
    return this.#words[this.#half.slots + (this.#head & this.#mask) * SLOT + TICKET] as number;
  }

  peekConnection(): number {
    return (this.#words[this.#half.slots + (this.#head & this.#mask) * SLOT + CONNECTION] as number) >>> 0;
  }

  /**
   * Takes the scalars of this connection that are next, so many at most, and returns how many there were. The opcode and
   * the four numbers of each go to `into`, from `from` on; every slot is wiped. As ever, each word is read once.
   */
  readScalars(connection: number, most: number, into: Float64Array, from: number): number {
    const words = this.#words;
    const numbers = this.#numbers;
    let count = 0;
    for (; count < most; count += 1) {
      const at = this.#half.slots + ((this.#head + count) & this.#mask) * SLOT;
      if (words[at + KIND] !== Kind.scalar || (words[at + CONNECTION] as number) >>> 0 !== connection) break;
      const to = from + count * 5;
      const wipe = at >>> 1;
      const number = wipe + NUMBERS;
      into[to] = (words[at + OPCODE] as number) >>> 0;
      into[to + 1] = numbers[number] as number;
      into[to + 2] = numbers[number + 1] as number;
      into[to + 3] = numbers[number + 2] as number;
      into[to + 4] = numbers[number + 3] as number;
      numbers[wipe] = 0;
      numbers[wipe + 1] = 0;
      numbers[wipe + 2] = 0;
      numbers[wipe + 3] = 0;
      numbers[wipe + 4] = 0;
      numbers[wipe + 5] = 0;
      numbers[wipe + 6] = 0;
      numbers[wipe + 7] = 0;
    }
    this.#head = (this.#head + count) | 0;
    return count;
  }

  /** Copies the next slot out, wipes it, and passes on to the one after it. */
  read(): Slot {
    const at = this.#half.slots + (this.#head & this.#mask) * SLOT;
    const words = this.#words;
    const numbers = this.#numbers;
    const slot = this.slot;
    const kind = words[at + KIND] as number;
    slot.kind = kind & 0xff;
    slot.where = (kind >>> 8) & 0xff;
    slot.depth = (kind >>> 16) & 0xff;
    slot.connection = (words[at + CONNECTION] as number) >>> 0;
    slot.id = (words[at + OPCODE] as number) >>> 0;
    slot.call = (words[at + CALL] as number) >>> 0;
    slot.ticket = words[at + TICKET] as number;
    slot.length = (words[at + LENGTH] as number) >>> 0;
    const number = (at >>> 1) + NUMBERS;
    slot.a = numbers[number] as number;
    slot.b = numbers[number + 1] as number;
    slot.c = numbers[number + 2] as number;
    slot.d = numbers[number + 3] as number;
    slot.e = numbers[number + 4] as number;
    for (let wipe = at >>> 1, end = wipe + (SLOT >>> 1); wipe < end; wipe += 1) numbers[wipe] = 0;
    this.#head = (this.#head + 1) | 0;
    return slot;
  }

  /** Copies bytes in line out and wipes them; false if they would not be inside. */
  copy(from: number, into: Uint8Array): boolean {
    if (!Number.isInteger(from) || from < 0 || from + into.length > this.#bytes.length) return false;
    if (into.length <= byOneMax) {
      const bytes = this.#bytes;
      for (let one = 0; one < into.length; one += 1) {
        into[one] = bytes[from + one] as number;
        bytes[from + one] = 0;
      }
      return true;
    }
    const source = this.#bytes.subarray(from, from + into.length);
    into.set(source);
    wipe(source);
    return true;
  }

  /** Lets the sender have the slots that were taken. */
  release(): void {
    Atomics.store(this.#words, this.#half.control + HEAD, this.#head);
  }

  /** Whether the sender waits for room, asked once it has been given some: it is to be woken then. */
  takeRoomWanted(): boolean {
    const at = this.#half.control + ROOM_WANTED;
    return Atomics.load(this.#words, at) !== 0 && Atomics.exchange(this.#words, at, 0) !== 0;
  }
}
