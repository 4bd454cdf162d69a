import { HEAD, type Part, READER_ASLEEP, SLOT, slots, SLOTS, TAIL, WRITER_ASLEEP } from "./layout.ts";
import { waitFor, wake } from "./wait.ts";

export class RingWriter {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #spins: boolean;
  /** How many were published, and how many of them were taken when it was last looked. */
  #tail = 0;
  #head = 0;

  constructor({ words, numbers }: Part, spins: boolean) {
    this.#words = words;
    this.#numbers = numbers;
    this.#spins = spins;
  }

  get published(): number {
    return this.#tail;
  }

  write(what: number, a: number, b: number, c: number, d: number): void {
    if (this.#tail - this.#head === slots) this.waitUntilTaken(this.#tail - slots + 1);
    const at = SLOTS + (this.#tail & (slots - 1)) * SLOT;
    const numbers = this.#numbers;
    numbers[at] = what;
    numbers[at + 1] = a;
    numbers[at + 2] = b;
    numbers[at + 3] = c;
    numbers[at + 4] = d;
    this.#publish(this.#tail + 1);
  }

  /** Several at once, four numbers each. */
  writeAll(what: number, words: Float64Array): void {
    const count = words.length / 4;
    if (this.#tail + count - this.#head > slots) this.waitUntilTaken(this.#tail + count - slots);
    const numbers = this.#numbers;
    for (let one = 0; one < count; one += 1) {
      const at = SLOTS + ((this.#tail + one) & (slots - 1)) * SLOT;
      numbers[at] = what;
      for (let word = 0; word < 4; word += 1) numbers[at + 1 + word] = words[4 * one + word] ?? 0;
    }
    this.#publish(this.#tail + count);
  }

  /** Waits until so many in all were taken. */
  waitUntilTaken(count: number): void {
    // What is taken is told in 32 bits; how many were published is known whole.
    const there = (): boolean => {
      this.#head = this.#tail - ((this.#tail - Atomics.load(this.#words, HEAD)) | 0);
      return this.#head >= count;
    };
    if (this.#head < count) waitFor(there, this.#words, WRITER_ASLEEP, this.#spins);
  }

  #publish(tail: number): void {
    this.#tail = tail;
    Atomics.store(this.#words, TAIL, tail | 0);
    wake(this.#words, READER_ASLEEP);
  }
}
