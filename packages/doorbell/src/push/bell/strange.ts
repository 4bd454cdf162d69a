const everyMs = 10_000;

/** What comes to bells and is neither a ring nor a drop: counted, and logged now and then. */
export class Strange {
  readonly #log: (text: string) => void;
  readonly #now: () => number;
  #count = 0;
  #logged = -Infinity;

  constructor(log: (text: string) => void, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Another one, of this kind and opcode. */
  saw(kind: string, id: number): void {
    this.#count += 1;
    const now = this.#now();
    if (now - this.#logged < everyMs) return;
    this.#logged = now;
    this.#log(`A bell was sent what is no ring, and ignored it: a ${kind} of opcode ${id} (${this.#count} so far).`);
  }
}
