import { isPlain, isProtocolLine } from "../codec.ts";
import { LineError } from "../errors.ts";
import { LINE_BYTES_MAX } from "../splitter.ts";
import type { Fetched, Source, Subscription } from "./types.ts";

export interface MemorySourceOptions {
  /** How many of the newest items are kept. What falls out is not read by those who are further behind. @default 100 */
  readonly keep?: number;
  /** Give the newest item again to a reader who has read it, instead of an empty line. @default false */
  readonly repeat?: boolean;
}

/**
 * A source in memory: `push` an item, and every session in notification mode is told.
 *
 * @example
 * const ticks = new MemorySource();
 * const server = new LineServer({ sources: { ticks } });
 * ticks.push("tick");
 */
export class MemorySource implements Source {
  readonly unread: number;
  readonly #repeat: boolean;
  readonly #items: string[] = [];
  readonly #rings = new Set<(newest: number) => void>();
  #newest = 0;

  constructor({ keep = 100, repeat = false }: MemorySourceOptions = {}) {
    if (!Number.isSafeInteger(keep) || keep < 1)
      throw new LineError("InvalidArgument", `keep is a whole number from 1, not ${keep}`);
    this.unread = keep;
    this.#repeat = repeat;
  }

  /**
   * Makes an item available, and tells everybody.
   *
   * @throws LineError `InvalidArgument` when the text cannot be sent as one line
   */
  push(text: string): void {
    if (typeof text !== "string") throw new LineError("InvalidArgument", "an item is a text: write String(value)");
    if (!isPlain(text)) throw new LineError("InvalidArgument", "an item is one line without control characters");
    if (isProtocolLine(text))
      throw new LineError("InvalidArgument", 'an item is not "OK" and begins with neither "notif:" nor "error:"');
    const bytes = Buffer.byteLength(text);
    if (bytes < 1 || bytes > LINE_BYTES_MAX)
      throw new LineError("InvalidArgument", `an item is 1 to ${LINE_BYTES_MAX} bytes, this one is ${bytes}`);
    this.#items.push(text);
    if (this.#items.length > this.unread) this.#items.shift();
    this.#newest += 1;
    for (const ring of this.#rings) ring(this.#newest);
  }

  subscribe(ring: (newest: number) => void): Subscription {
    // One entry for each subscription, also when the same function subscribes twice.
    const own = (newest: number): void => ring(newest);
    this.#rings.add(own);
    return { newest: this.#newest, [Symbol.dispose]: () => void this.#rings.delete(own) };
  }

  fetch(after: number): Fetched {
    const oldest = this.#newest - this.#items.length + 1;
    const sequence = Math.max(after + 1, oldest);
    if (sequence <= this.#newest) return { text: this.#items[sequence - oldest] ?? "", sequence };
    return { text: this.#repeat ? (this.#items.at(-1) ?? "") : "", sequence: after };
  }
}
