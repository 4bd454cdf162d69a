/** The two ends of a ring in shared memory, and the counters of the connections that use it. */

import {
  CALL,
  CONNECTION,
  CONNECTIONS_IN_LANE,
  CONNECTIONS_IN_PAGE,
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

/** So few bytes are copied faster one by one than by a call into the engine. */
const byOneMax = 64;

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

/** Fills shared memory with zeros: by copies, which take whole words; `fill` goes byte by byte there. */
function wipe(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length <= zeros.length) return bytes.set(zeros.subarray(0, length));
  for (let from = 0; from < length; from += zeros.length)
    bytes.set(zeros.subarray(0, Math.min(zeros.length, length - from)), from);
}

const zeros = new Uint8Array(8_192);

/**
 * How many messages each connection of one direction has sent, and how many of them are consumed. They are running
 * totals, which an index keeps when its connection ends: who has it next begins where the last one left off.
 *
 * Each total has one writer, which keeps it in private memory and publishes it; the other reads it and checks it.
 */
export class Credits {
  /** By page; the first is in the lane. */
  readonly #sent: Int32Array[];
  readonly #consumed: Int32Array[];
  /** This side's own totals, by connection. */
  readonly #own: number[] = [];

  constructor(sent: Int32Array, consumed: Int32Array) {
    this.#sent = [sent];
    this.#consumed = [consumed];
  }

  /** Counters for more connections: the sent ones first, then the consumed. */
  addPage(shared: SharedArrayBuffer): void {
    this.#sent.push(new Int32Array(shared, 0, CONNECTIONS_IN_PAGE));
    this.#consumed.push(new Int32Array(shared, 4 * CONNECTIONS_IN_PAGE, CONNECTIONS_IN_PAGE));
  }

  /** How many connections have counters. */
  get capacity(): number {
    return CONNECTIONS_IN_LANE + (this.#sent.length - 1) * CONNECTIONS_IN_PAGE;
  }

  /** For the sender: so many more were sent. */
  send(connection: number, count: number): void {
    const total = ((this.#own[connection] ?? 0) + count) | 0;
    this.#own[connection] = total;
    // A plain store is enough: only who reports on the kernel reads it.
    this.#page(this.#sent, connection)[position(connection)] = total;
  }

  /** For the sender: how many are on their way or unanswered. More than was ever sent is a lie: -1. */
  outstanding(connection: number): number {
    const total = this.#own[connection] ?? 0;
    const consumed = Atomics.load(this.#page(this.#consumed, connection), position(connection));
    const outstanding = (total - consumed) | 0;
    return outstanding < 0 ? -1 : outstanding;
  }

  /** For the receiver: so many more are received or answered. */
  consume(connection: number, count: number): void {
    const total = ((this.#own[connection] ?? 0) + count) | 0;
    this.#own[connection] = total;
    Atomics.store(this.#page(this.#consumed, connection), position(connection), total);
  }

  /** For who reports: both totals as they are written, which may be lies. */
  difference(connection: number): number {
    const at = position(connection);
    const sent = Atomics.load(this.#page(this.#sent, connection), at);
    return (sent - Atomics.load(this.#page(this.#consumed, connection), at)) | 0;
  }

  #page(pages: readonly Int32Array[], connection: number): Int32Array {
    const page =
      connection < CONNECTIONS_IN_LANE ? 0 : 1 + Math.floor((connection - CONNECTIONS_IN_LANE) / CONNECTIONS_IN_PAGE);
    return pages[page] as Int32Array;
  }
}

function position(connection: number): number {
  return connection < CONNECTIONS_IN_LANE ? connection : (connection - CONNECTIONS_IN_LANE) % CONNECTIONS_IN_PAGE;
}
