import type { Incoming } from "./incoming.ts";
import { type Received, Scalar } from "./message.ts";

/** Numbers for each place: a scalar's opcode and its four words. What is no scalar has this instead of an opcode. */
const PLACE = 5;
const noScalar = -1;

const capacityMin = 16;
/** An empty queue keeps room for so many. */
const capacityKept = 1_024;
const nothing = new Float64Array(0);
const noPlaces: (Received | Incoming | undefined)[] = [];

/**
 * Messages in the order they were sent. A scalar is five numbers here, and becomes a message when it is received: so a
 * flood of them makes no garbage while it waits, and many can be taken at once.
 */
export class MessageQueue {
  /** A round of places, a power of two: a message, or the connection that a scalar came by. */
  #held = noPlaces;
  #numbers: Float64Array = nothing;
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

  /** So many scalars were written there, which came by this connection. */
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
    this.#numbers = nothing;
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
