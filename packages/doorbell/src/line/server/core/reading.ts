import type { Ring, SourceEntry } from "./announcer.ts";

/** What one session has read of every source, and what it wants to be told of. */
export class Reading {
  /** By the index of a source: the number of the last item fetched. */
  readonly #read: number[];
  /** In notification mode, the sources it is about. */
  #covered: "all" | ReadonlySet<SourceEntry> | undefined;
  /** Sources whose notification waits until the client has read: one each, however often they rang. */
  #due: Set<SourceEntry> | undefined;

  constructor(sources: ReadonlyMap<string, SourceEntry>) {
    // Made in its final length: one that grows by `push` reserves room for sixteen more.
    this.#read = new Array<number>(sources.size).fill(0);
    for (const { index, newest, source } of sources.values())
      this.#read[index] = Math.max(0, newest - (source.unread ?? 1));
  }

  /** The number up to which `entry` has been read. */
  upTo(entry: SourceEntry): number {
    return this.#read[entry.index] ?? 0;
  }

  /** `entry` has been read up to number `sequence`. */
  advance(entry: SourceEntry, sequence: number): void {
    this.#read[entry.index] = sequence;
    if (entry.newest <= sequence) this.#due?.delete(entry);
  }

  /** Enters notification mode for `entries`, or all, and gives those that have something new and were not covered yet. */
  cover(entries: readonly SourceEntry[], all: boolean): readonly SourceEntry[] {
    const fresh = entries.filter((entry) => !this.covers(entry) && entry.newest > this.upTo(entry));
    this.#covered = all ? "all" : new Set(entries);
    return fresh;
  }

  /** Leaves notification mode. What was due is found again by the next `cover`. */
  uncover(): void {
    this.#covered = undefined;
    this.#due = undefined;
  }

  covers(entry: SourceEntry): boolean {
    return this.#covered === "all" || this.#covered?.has(entry) === true;
  }

  wants({ entry, sequence }: Ring): boolean {
    return this.covers(entry) && sequence > this.upTo(entry);
  }

  /** Keeps the notifications of `rings` until `takeDue`, and gives how many became one with another. */
  postpone(rings: readonly Ring[]): number {
    const due = (this.#due ??= new Set());
    let coalesced = 0;
    for (const ring of rings) {
      if (!this.wants(ring)) continue;
      if (due.has(ring.entry)) coalesced += 1;
      due.add(ring.entry);
    }
    return coalesced;
  }

  /** What was postponed, and is still wanted. */
  takeDue(): readonly SourceEntry[] {
    if (this.#due === undefined) return [];
    const due = [...this.#due].filter((entry) => this.covers(entry));
    this.#due = undefined;
    return due;
  }
}
