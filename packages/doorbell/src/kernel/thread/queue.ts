import { KernelError } from "../errors.ts";
import { Memory } from "../memory.ts";
import type { Completion } from "./completion.ts";
import type { Incoming, Lane, OwedCall, ScalarRow, ServerQueue, ThreadContext } from "./contracts.ts";
import { type Received, ReceivedMessage, Scalar } from "./messages.ts";

/** A server, on the thread that made it: the queue of what was sent to it, and who waits for it. */
export class ServerCore implements ServerQueue {
  readonly number: number;
  readonly queueMax: number;
  readonly #onDisconnect: ((sender: number) => void) | undefined;
  /** Memory for the moves to come, if the server has asked for that. */
  readonly #spare: Spare | undefined;
  ended = false;
  /** The maker has the server's handle: until then `onDisconnect`, which is likely to use it, is not called. */
  #isGiven: boolean;
  /** The ends of connections that the program hears of once it has the handle. */
  #untold: number[] | undefined;
  readonly #control: Pick<ThreadContext["control"], "postpone">;
  /** Messages refused because their opcode does not pass the id by which they came. */
  denied = 0;
  #owed: Set<OwedCall> | undefined;
  #narrowed: Set<number> | undefined;
  readonly #queue: MessageQueue = new MessageQueue();
  readonly #receivers: Completion<Received>[] = [];

  constructor(
    number: number,
    queueMax: number,
    onDisconnect: ((sender: number) => void) | undefined,
    recycle: boolean,
    control: Pick<ThreadContext["control"], "postpone">,
  ) {
    this.number = number;
    this.#spare = recycle ? new Spare() : undefined;
    this.queueMax = queueMax;
    this.#onDisconnect = onDisconnect;
    this.#control = control;
    // Where nobody listens, nothing waits for it.
    this.#isGiven = onDisconnect === undefined;
  }

  /** Calls received and not answered. Made when first asked for: a thread may have thousands of servers at rest. */
  get owed(): Set<OwedCall> {
    return (this.#owed ??= new Set());
  }

  get queued(): number {
    return this.#queue.length;
  }

  enqueue(message: Received): void {
    if (this.#receivers.length === 0 || !this.#hand(message)) this.#queue.push(message);
  }

  enqueueScalar(incoming: Incoming, id: number, a: number, b: number, c: number, d: number): void {
    if (this.#receivers.length === 0) this.#queue.pushScalar(incoming, id, a, b, c, d);
    else this.enqueue(new Scalar(incoming, id, 0, [a, b, c, d]));
  }

  /** Returns the row that scalars can be put in; none while somebody waits for one. */
  get scalars(): ScalarRow | undefined {
    return this.ended || this.#receivers.length > 0 ? undefined : this.#queue;
  }

  /** Gives it to who waits for a message, if anybody does. */
  #hand(message: Received): boolean {
    while (this.#receivers.length > 0) {
      const receiver = this.#receivers.shift();
      if (receiver?.pending !== true) continue;
      message.onReceived();
      receiver.resolve(message);
      return true;
    }
    return false;
  }

  /** The next message, which is then received. */
  shift(): Received | undefined {
    // A thread that only blocks has no turn in which it would be told otherwise that the maker has the server.
    if (!this.#isGiven) this.given();
    const message = this.#queue.shift();
    message?.onReceived();
    return message;
  }

  /** The scalars that are next and came as this one did, which are then received; how many there were. */
  shiftScalars(like: Scalar, words: Float64Array): number {
    const incoming = ReceivedMessage.incoming(like);
    const count = this.#queue.shiftScalars(incoming, like.id, words);
    if (count > 0) incoming.consume(count);
    return count;
  }

  takeSpare(length: number): ArrayBuffer | undefined {
    return this.#spare?.take(length);
  }

  /** Memory of a move that its program has dropped. */
  release(memory: Memory): void {
    const buffer = Memory.release(memory);
    if (buffer !== undefined) this.#spare?.give(buffer);
  }

  /** Waits its turn for a message. */
  await(receiver: Completion<Received>): void {
    this.#receivers.push(receiver);
  }

  /** Gives a waiting place up. */
  leave(receiver: Completion<Received>): void {
    const at = this.#receivers.indexOf(receiver);
    if (at >= 0) this.#receivers.splice(at, 1);
  }

  /** Numbers of the narrowed ids that pass messages. Made when first asked for, as few servers have any. */
  get narrowed(): Set<number> {
    return (this.#narrowed ??= new Set());
  }

  /**
   * Ends one narrowed id, as its holders would see the server end: queued messages that came by it are dropped, and queued
   * calls fail with `ServerNotFound`. A call that the program has received is the program's, which still answers it.
   */
  revoke(narrowed: number): void {
    if (this.narrowed.delete(narrowed)) this.#queue.discard((message) => ReceivedMessage.incoming(message).isRevoked);
  }

  /** A client's thread has ended: what it sent and nobody received is discarded. */
  laneEnded(lane: Lane): void {
    // Nobody is left to hear these answers: they are owed no more.
    for (const call of this.#owed ?? []) if (call.endsWith(lane)) this.owed.delete(call);
    this.#queue.discard((message) => message.endsWith(lane));
  }

  /** Tells the program that a client's connection to this server ended. */
  disconnected(sender: number): void {
    if (this.ended || this.#onDisconnect === undefined) return;
    if (!this.#isGiven) {
      this.#untold ??= [];
      this.#untold.push(sender);
      return;
    }
    try {
      this.#onDisconnect(sender);
    } catch (error) {
      // The program's mistake is the program's: it shows as any uncaught error, and breaks nothing here.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** Notes that the maker has the server's handle: the program hears of the ends that it was not told of, soon. */
  given(): void {
    this.#isGiven = true;
    for (const sender of this.#untold ?? []) this.#control.postpone(() => this.disconnected(sender));
    this.#untold = undefined;
  }

  /** Ends it: who waits for an answer fails, what was only sent is dropped. */
  end(force: boolean): void {
    if (!force && this.owed.size > 0) {
      throw new KernelError(
        "ServerQueueFull",
        `${this.owed.size} answers are still owed: give them, or destroy by force.`,
        { detail: "owed" },
      );
    }
    this.ended = true;
    for (const call of this.owed) call.fail("ServerNotFound");
    this.#queue.discard();
    const error = new KernelError("ServerNotFound", "The server was destroyed.");
    for (const receiver of this.#receivers.splice(0)) receiver.reject(error);
  }
}

/** Numbers for each place: a scalar's opcode and its four words. What is no scalar has this instead of an opcode. */
const PLACE = 5;
const noScalar = -1;

const capacityMin = 16;
/** An empty queue keeps room for so many. */
const capacityKept = 1_024;
const noNumbers = new Float64Array(0);
const noPlaces: (Received | Incoming | undefined)[] = [];

/**
 * Messages in the order they were sent. A scalar is five numbers here, and becomes a message when it is received: so a
 * flood of them makes no garbage while it waits, and many can be taken at once.
 */
class MessageQueue implements ScalarRow {
  /** A round of places, a power of two: a message, or the connection that a scalar came by. */
  #held = noPlaces;
  #numbers: Float64Array = noNumbers;
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(message: Received): void {
    const at = this.#place();
    this.#held[at] = message;
    this.#numbers[at * PLACE] = noScalar;
  }

  pushScalar(incoming: Incoming, id: number, a: number, b: number, c: number, d: number): void {
    const at = this.#place();
    this.#held[at] = incoming;
    const numbers = this.#numbers;
    const number = at * PLACE;
    numbers[number] = id;
    numbers[number + 1] = a;
    numbers[number + 2] = b;
    numbers[number + 3] = c;
    numbers[number + 4] = d;
  }

  /** Room for scalars in a row, so many at most: what {@link numbers} has from {@link end} on, five numbers each. */
  room(most: number): number {
    if (this.#length === this.#held.length) this.#grow();
    const capacity = this.#held.length;
    const end = this.#first + this.#length;
    return Math.min(most, end < capacity ? capacity - end : capacity - this.#length);
  }

  get numbers(): Float64Array {
    return this.#numbers;
  }

  get end(): number {
    return ((this.#first + this.#length) & (this.#held.length - 1)) * PLACE;
  }

  /** Counts scalars of this connection that were written there. */
  pushed(incoming: Incoming, count: number): void {
    const at = this.end / PLACE;
    for (let one = 0; one < count; one += 1) this.#held[at + one] = incoming;
    this.#length += count;
  }

  /** The next message. */
  shift(): Received | undefined {
    if (this.#length === 0) return undefined;
    const at = this.#first;
    const held = this.#held[at];
    const numbers = this.#numbers;
    const number = at * PLACE;
    const id = numbers[number] as number;
    const [a, b, c, d] = [numbers[number + 1], numbers[number + 2], numbers[number + 3], numbers[number + 4]];
    this.#passOn(1);
    if (id === noScalar) return held as Received;
    return new Scalar(held as Incoming, id, 0, [a as number, b as number, c as number, d as number]);
  }

  /** Takes the scalars of this connection and opcode that are next, four words each; how many there were. */
  shiftScalars(incoming: Incoming, id: number, words: Float64Array): number {
    const numbers = this.#numbers;
    const mask = this.#held.length - 1;
    const most = Math.min(this.#length, words.length >>> 2);
    let count = 0;
    for (; count < most; count += 1) {
      const at = (this.#first + count) & mask;
      const number = at * PLACE;
      if (this.#held[at] !== incoming || numbers[number] !== id) break;
      const word = count * 4;
      words[word] = numbers[number + 1] as number;
      words[word + 1] = numbers[number + 2] as number;
      words[word + 2] = numbers[number + 3] as number;
      words[word + 3] = numbers[number + 4] as number;
    }
    this.#passOn(count);
    return count;
  }

  /** Takes everything out, or all messages that `which` picks, and tells each of them. */
  discard(which: (message: Received) => boolean = () => true): void {
    const all: Received[] = [];
    for (let message = this.shift(); message !== undefined; message = this.shift()) all.push(message);
    for (const message of all) {
      if (which(message)) message.onDiscarded();
      else this.push(message);
    }
  }

  #place(): number {
    if (this.#length === this.#held.length) this.#grow();
    const at = (this.#first + this.#length) & (this.#held.length - 1);
    this.#length += 1;
    return at;
  }

  #passOn(count: number): void {
    const mask = this.#held.length - 1;
    for (let passed = 0; passed < count; passed += 1) this.#held[(this.#first + passed) & mask] = undefined;
    this.#first = (this.#first + count) & mask;
    this.#length -= count;
    if (this.#length > 0 || this.#held.length <= capacityKept) return;
    this.#held = noPlaces;
    this.#numbers = noNumbers;
    this.#first = 0;
  }

  #grow(): void {
    const before = this.#held.length;
    const held = [...this.#held.slice(this.#first), ...this.#held.slice(0, this.#first)];
    const capacity = Math.max(capacityMin, before * 2);
    while (held.length < capacity) held.push(undefined);
    const numbers = new Float64Array(capacity * PLACE);
    numbers.set(this.#numbers.subarray(this.#first * PLACE));
    numbers.set(this.#numbers.subarray(0, this.#first * PLACE), (before - this.#first) * PLACE);
    this.#held = held;
    this.#numbers = numbers;
    this.#first = 0;
  }
}

/** Larger memory than this is not kept: it was not copied here but handed over, and so is never asked for. */
const spareLengthMax = 65_536;
/** The most bytes that are kept for one server. */
const spareBytesMax = 262_144;

/**
 * Memory of moves that a server has dropped, kept for the next of the same length: making memory costs more than copying
 * a kilobyte. It is one server's own, so that what is left in it, or is written by an older view, reaches nobody else.
 */
class Spare {
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
    if (byteLength === 0 || byteLength > spareLengthMax) return;
    if (this.#bytes + byteLength > spareBytesMax) {
      this.#byLength.clear();
      this.#bytes = 0;
    }
    const alike = this.#byLength.get(byteLength);
    if (alike === undefined) this.#byLength.set(byteLength, [buffer]);
    else alike.push(buffer);
    this.#bytes += byteLength;
  }
}
