import type { Known } from "./known.ts";

/** A new session of a server begins with this many of the newest items unread. */
export const REPLAYED_MAX = 100;

interface Held {
  readonly item: string;
  /** Somebody has it: it is known from here on, and given to nobody else. */
  readonly taken: boolean;
}

/**
 * The items of one source that were received last, so that those a new session gives again are not received twice.
 *
 * Items carry no number on the line. But a new session begins within what was received before, or after it: so its
 * first items are the last ones known, or there is no overlap. What could still be an overlap is held back until that
 * is decided.
 */
export class History implements Known {
  readonly #replayedMax: number;
  readonly #known: string[] = [];
  /** Items of a new session that might be known ones. `undefined`: it has been decided what is new. */
  #held: Held[] | undefined;

  /** `replayedMax`: a new session gives at most so many of the newest items again. */
  constructor(replayedMax: number = REPLAYED_MAX) {
    this.#replayedMax = replayedMax;
  }

  get isUndecided(): boolean {
    return this.#held !== undefined;
  }

  resume(): void {
    if (this.#known.length > 0) this.#held = [];
  }

  offer(item: string, taken: boolean = false): readonly string[] {
    if (this.#held === undefined) {
      this.#keep(item);
      return taken ? [] : [item];
    }
    this.#held.push({ item, taken });
    return this.#couldOverlapMore(this.#held) ? [] : this.settle();
  }

  settle(): readonly string[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return this.#receive(held.slice(this.#overlap(held)));
  }

  /** Whether `held` stands somewhere in what is known, with more known items after it. */
  #couldOverlapMore(held: readonly Held[]): boolean {
    const known = this.#known;
    for (let at = 0; at + held.length < known.length; at++)
      if (held.every(({ item }, i) => item === known[at + i])) return true;
    return false;
  }

  /** The greatest number of first items of `held` that are the last ones known. */
  #overlap(held: readonly Held[]): number {
    const known = this.#known;
    for (let length = Math.min(held.length, known.length); length > 0; length--)
      if (held.slice(0, length).every(({ item }, i) => item === known[known.length - length + i])) return length;
    return 0;
  }

  #receive(fresh: readonly Held[]): readonly string[] {
    for (const { item } of fresh) this.#keep(item);
    return fresh.filter(({ taken }) => !taken).map(({ item }) => item);
  }

  #keep(item: string): void {
    this.#known.push(item);
    if (this.#known.length > this.#replayedMax) this.#known.shift();
  }
}
