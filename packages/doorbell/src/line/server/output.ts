/**
 * What goes out to clients: an `Announcer` tells all sessions what rang, each session's `Reading` knows what it has read
 * and wants to hear of, and its `Outbox` gathers the lines and sends them.
 */

import { formatReply } from "../codec.ts";
import type { Carrier, Counters, Source } from "./types.ts";

/** What is on its way to one client: lines gather here, and leave together. */
export class Outbox {
  readonly #carrier: Carrier;
  readonly #reading: Reading;
  readonly #counters: Counters;
  /** Lines that have not been given to the carrier. */
  #lines = "";
  /** The carrier has no room, until it says that it drained. */
  full = false;

  constructor(carrier: Carrier, reading: Reading, counters: Counters) {
    this.#carrier = carrier;
    this.#reading = reading;
    this.#counters = counters;
  }

  /** Bytes gathered, counted in UTF-16 units: near enough for deciding when to flush. */
  get length(): number {
    return this.#lines.length;
  }

  /** Adds text that ends in a line end. */
  add(lines: string): void {
    this.#lines += lines;
  }

  /** Sends `bytes` now, after what was gathered before. */
  send(bytes: string | Uint8Array): void {
    if (this.#lines === "") this.full = !this.#carrier.write(bytes) || this.full;
    else this.#lines += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
  }

  /** Sends the notifications of `rings` (see `Listener`) that are wanted; without room, they are due. */
  rang(rings: readonly Ring[], lines: Uint8Array, firsts: readonly Ring[]): void {
    const reading = this.#reading;
    if (this.full) return void (this.#counters.coalesced += reading.postpone(rings));
    const wanted = firsts.every((ring) => reading.wants(ring)) ? rings : rings.filter((ring) => reading.wants(ring));
    if (wanted.length === 0) return;
    this.#counters.notifications += wanted.length;
    this.send(wanted === rings ? lines : wanted.map((ring) => ring.entry.line).join(""));
  }

  /** Adds a notification of each of `entries`; without room, they are due. */
  announce(entries: readonly Announced[]): void {
    if (this.full) return void this.#reading.postpone(entries.map((entry) => ({ entry, sequence: entry.newest })));
    for (const entry of entries) this.add(entry.line);
    this.#counters.notifications += entries.length;
  }

  flush(): void {
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    this.send(lines);
  }
}

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

/** Names of sources. */
type Covered = "all" | ReadonlySet<string> | undefined;

function isCovered(covered: Covered, { name }: Announced): boolean {
  return covered === "all" || covered?.has(name) === true;
}

/** What there is to announce, by one name. */
export interface Announced {
  readonly name: string;
  /** Its place in every session's list of what it has read. */
  readonly index: number;
  /** Its notification, with its line end. */
  readonly line: string;
  /** The number of its newest item. */
  newest: number;
  /** The last text that was found fit to be sent as a line: most sessions fetch the same items. */
  checked: string;
}

/** A source that every session has. */
export interface SourceEntry extends Announced {
  readonly source: Source;
}

export function announced(name: string, index: number): Announced {
  const line = `${formatReply({ kind: "notification", source: name })}\r\n`;
  return { name, index, line, newest: 0, checked: "" };
}

export function sourceEntry(name: string, source: Source, index: number): SourceEntry {
  return { ...announced(name, index), source };
}

/** That an item became available. */
export interface Ring {
  readonly entry: Announced;
  readonly sequence: number;
}

/** Who hears of rings: a session in notification mode. */
export interface Listener {
  /**
   * `lines` are the notifications of all `rings`, encoded once for every listener. `firsts` are the first ring of each
   * source among them, so the one with the lowest number: who wants those wants all.
   */
  rang(rings: readonly Ring[], lines: Uint8Array, firsts: readonly Ring[]): void;
}

/** As many rings as go out together: about 16 KiB of lines. */
const RINGS_MAX = 1_024;
/** As many such rounds wait to be told to all. One more, and all are told at once. */
const ROUNDS_MAX = 16;
/** As many listeners are told in one go: a write to each is a system call, and others want the thread, too. */
const TOLD_AT_ONCE = 128;

/**
 * Tells every session in notification mode what became available. Rings of one turn of the event loop are a round: they go out
 * together, encoded once, in one write for each session, as a system call costs more than all the rest of a notification. A round
 * is told to some listeners at a time, by turns of the event loop; each listener hears the rounds that began since it listens, in
 * their order.
 */
export class Announcer {
  /** The number of the next round that each is to hear. */
  readonly #listeners = new Map<Listener, number>();
  readonly #defer: (run: () => void) => void;
  /** Those that not all have heard, the oldest first. */
  readonly #rounds: Round[] = [];
  /** The number of the next round. */
  #next = 0;
  #rings: Ring[] = [];
  /** A pass over the listeners: those that are left, and the number of the first round that it is not about. */
  #pass: { readonly left: Iterator<Listener>; readonly before: number } | undefined;
  #scheduled = false;

  /** `defer` runs something at the end of this turn, or in a later one. */
  constructor(defer: (run: () => void) => void) {
    this.#defer = defer;
  }

  /** Ends a turn: the rings are a round, and some listeners are told. Once a pass is over, what it was about is forgotten. */
  readonly #turn = (): void => {
    this.#scheduled = false;
    this.#close();
    if (this.#rounds.length === 0) return;
    const pass = (this.#pass ??= { left: this.#listeners.keys(), before: this.#next });
    for (let told = 0; told < TOLD_AT_ONCE; told += 1) {
      const { value: listener, done } = pass.left.next();
      if (done === true) {
        while (this.#rounds[0] !== undefined && this.#rounds[0].number < pass.before) this.#rounds.shift();
        this.#pass = undefined;
        break;
      }
      this.tell(listener);
    }
    if (this.#rounds.length > 0) this.#schedule();
  };

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Adds one that listens from now on; what rang before belongs to those who listened then. */
  add(listener: Listener): void {
    this.tell(listener);
    if (!this.#listeners.has(listener)) this.#listeners.set(listener, this.#next);
  }

  delete(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** Notes that `entry` has an item of number `sequence`. A number that is not newer than the last is no news. */
  ring(entry: Announced, sequence: number): void {
    if (!Number.isSafeInteger(sequence) || sequence <= entry.newest) return;
    entry.newest = sequence;
    if (this.#listeners.size === 0) return;
    this.#rings.push({ entry, sequence });
    if (this.#rings.length >= RINGS_MAX) this.#close();
    if (this.#rounds.length > ROUNDS_MAX) this.flush();
    this.#schedule();
  }

  /** Tells one all that rang so far, now. */
  tell(listener: Listener): void {
    this.#close();
    for (let number; (number = this.#listeners.get(listener)) !== undefined && number < this.#next;) {
      // Noted first: who is told may leave.
      this.#listeners.set(listener, number + 1);
      const round = this.#rounds[number - (this.#rounds[0]?.number ?? 0)];
      if (round !== undefined) listener.rang(round.rings, round.lines, round.firsts);
    }
  }

  /** Tells all of them, now. */
  flush(): void {
    for (const listener of this.#listeners.keys()) this.tell(listener);
    this.#rounds.length = 0;
    this.#pass = undefined;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(this.#turn);
  }

  /** Makes a round of the rings so far. */
  #close(): void {
    if (this.#rings.length === 0) return;
    const rings = this.#rings;
    this.#rings = [];
    const lines = Buffer.from(rings.map((ring) => ring.entry.line).join(""), "latin1");
    const firsts = rings.filter((ring, index) => rings.findIndex(({ entry }) => entry === ring.entry) === index);
    this.#rounds.push({ number: this.#next, rings, lines, firsts });
    this.#next += 1;
  }
}

/** Rings that go out together. */
interface Round {
  readonly number: number;
  readonly rings: readonly Ring[];
  readonly lines: Uint8Array;
  readonly firsts: readonly Ring[];
}
