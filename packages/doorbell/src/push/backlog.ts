import type { Behind } from "./api.ts";

/** An event that waits, or, without a body, the number of the newest one that was dropped. */
export interface Waiting<B> {
  readonly sequence: number;
  readonly body: B | undefined;
}

/** Events that had no room, as many as may be; what becomes of the others is the subscription's policy. */
export class Backlog<B> {
  readonly #dropsNewest: boolean;
  readonly #max: number;
  readonly #waiting: Waiting<B>[] = [];
  /** The number of the newest event, if that one was dropped and nobody was told yet. */
  #untold: number | undefined;
  /** Events that were dropped. */
  dropped = 0;

  constructor(behind: Behind, max: number) {
    this.#dropsNewest = behind === "dropNewest";
    this.#max = behind === "latest" ? 1 : max;
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(sequence: number, body: B | undefined): void {
    if (body === undefined) {
      this.#untold = sequence;
      return;
    }
    if (this.#waiting.length >= this.#max) {
      this.dropped += 1;
      if (this.#dropsNewest) {
        this.#untold = sequence;
        return;
      }
      this.#waiting.shift();
    }
    // A gap before it tells of what was dropped until now.
    this.#untold = undefined;
    this.#waiting.push({ sequence, body });
  }

  /** What is next; and last of all, what was dropped after it. */
  shift(): Waiting<B> | undefined {
    const next = this.#waiting.shift();
    if (next !== undefined || this.#untold === undefined) return next;
    const sequence = this.#untold;
    this.#untold = undefined;
    return { sequence, body: undefined };
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#untold = undefined;
  }
}
