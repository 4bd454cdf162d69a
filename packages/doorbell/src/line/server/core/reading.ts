import type { Announced, Ring, SourceEntry } from "./announcer.ts";

/** Names of sources. */
type Covered = "all" | ReadonlySet<string> | undefined;

/** What one session has read of every source, and what it wants to be told of. */
export class Reading {
  /** By the index of a source: the number of the last item fetched. */
  readonly #read: number[];
  /** In notification mode, the names of the sources it is about. */
  #covered: Covered;
  /** Sources whose notification waits until the client has read: one each, however often they rang. */
  #due: Set<Announced> | undefined;

  constructor(sources: ReadonlyMap<string, SourceEntry>) {
    // Made in its final length: one that grows by `push` reserves room for sixteen more.
    this.#read = new Array<number>(sources.size).fill(0);
    for (const { index, newest, source } of sources.values())
      this.#read[index] = Math.max(0, newest - (source.unread ?? 1));
  }

  /** Reads `entry`, which not every session has, from after number `sequence` on. */
  begin(entry: Announced, sequence: number): void {
    this.#read[entry.index] = sequence;
  }

  /** `entry` is there no more. */
  forget(entry: Announced): void {
    this.#due?.delete(entry);
  }

  /** The number up to which `entry` has been read. */
  upTo(entry: Announced): number {
    return this.#read[entry.index] ?? 0;
  }

  /** `entry` has been read up to number `sequence`. */
  advance(entry: Announced, sequence: number): void {
    this.#read[entry.index] = sequence;
    if (entry.newest <= sequence) this.#due?.delete(entry);
  }

  /**
   * Enters notification mode for those of `entries` that have these names, or for all if there are none, and gives those
   * that have something new and were not covered yet.
   */
  cover(entries: readonly Announced[], names: readonly string[]): readonly Announced[] {
    const before = this.#covered;
    this.#covered = names.length === 0 ? "all" : new Set(names);
    return entries.filter(
      (entry) => this.covers(entry) && !isCovered(before, entry) && entry.newest > this.upTo(entry),
    );
  }

  /** Leaves notification mode. What was due is found again by the next `cover`. */
  uncover(): void {
    this.#covered = undefined;
    this.#due = undefined;
  }

  covers(entry: Announced): boolean {
    return isCovered(this.#covered, entry);
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
  takeDue(): readonly Announced[] {
    if (this.#due === undefined) return [];
    const due = [...this.#due].filter((entry) => this.covers(entry));
    this.#due = undefined;
    return due;
  }
}

function isCovered(covered: Covered, { name }: Announced): boolean {
  return covered === "all" || covered?.has(name) === true;
}
