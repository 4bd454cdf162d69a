import { HEAD, type Part, READER_ASLEEP, SLOT, slots, SLOTS, TAIL, WRITER_ASLEEP } from "./layout.ts";
import { waitFor, wake } from "./wait.ts";

type Take = (what: number, a: number, b: number, c: number, d: number) => void;

export class RingReader {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #spins: boolean;
  #head = 0;
  readonly #there = (): boolean => Atomics.load(this.#words, TAIL) !== (this.#head | 0);

  constructor({ words, numbers }: Part, spins: boolean) {
    this.#words = words;
    this.#numbers = numbers;
    this.#spins = spins;
  }

  /** Waits until there is something, and takes what there is; the writer hears of it every 64 slots and at the end. */
  read(take: Take): void {
    waitFor(this.#there, this.#words, READER_ASLEEP, this.#spins);
    let left = (Atomics.load(this.#words, TAIL) - this.#head) | 0;
    const numbers = this.#numbers;
    for (; left > 0; left -= 1) {
      const at = SLOTS + (this.#head & (slots - 1)) * SLOT;
      take(numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0, numbers[at + 3] ?? 0, numbers[at + 4] ?? 0);
      this.#head += 1;
      if (left > 1 && this.#head % 64 !== 0) continue;
      Atomics.store(this.#words, HEAD, this.#head | 0);
      wake(this.#words, WRITER_ASLEEP);
    }
  }
}
