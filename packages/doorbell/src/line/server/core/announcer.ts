import { formatReply } from "../../codec/index.ts";
import type { Source } from "./source.ts";

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

/** As many rings as are kept to go out together: about 16 KiB of lines. */
const RINGS_MAX = 1_024;

/**
 * Tells every session in notification mode what became available. Rings of one turn of the event loop go out together,
 * encoded once, in one write for each session: a system call costs more than all the rest of a notification.
 */
export class Announcer {
  readonly #listeners = new Set<Listener>();
  readonly #defer: (run: () => void) => void;
  #rings: Ring[] = [];
  #scheduled = false;

  /** `defer` runs something at the end of this turn. */
  constructor(defer: (run: () => void) => void) {
    this.#defer = defer;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  add(listener: Listener): void {
    // What rang before belongs to those who listened then.
    this.flush();
    this.#listeners.add(listener);
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
    if (this.#rings.length >= RINGS_MAX) this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** Sends what rang since the last time. */
  flush(): void {
    if (this.#rings.length === 0) return;
    const rings = this.#rings;
    this.#rings = [];
    const lines = Buffer.from(rings.map((ring) => ring.entry.line).join(""), "latin1");
    const firsts = rings.filter((ring, index) => rings.findIndex(({ entry }) => entry === ring.entry) === index);
    for (const listener of this.#listeners) listener.rang(rings, lines, firsts);
  }
}
