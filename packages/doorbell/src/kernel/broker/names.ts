import type { ServerEntry } from "./entries.ts";

/** A name, and what it leads to. */
export interface Named {
  readonly name: string;
  readonly entry: ServerEntry;
  /** How many threads may be connected; `null` is no limit. */
  readonly limit: number | null;
}

/**
 * The table of names. How many threads are connected is not kept beside it but looked up where it is so: the entry's own
 * connections. So the count cannot be wrong, and whoever holds the id and connects by that counts as well.
 */
export class Names {
  readonly #byName = new Map<string, Named>();
  readonly #byEntry = new Map<ServerEntry, Named>();
  /** The limited names to which not just as many threads are connected as may be. */
  readonly #notFull = new Set<Named>();

  get size(): number {
    return this.#byName.size;
  }

  /** Whether to every limited name just as many threads are connected as may be. */
  get allFull(): boolean {
    return this.#notFull.size === 0;
  }

  get(name: string): Named | undefined {
    return this.#byName.get(name);
  }

  /** The name of a server, if it has one. */
  of(entry: ServerEntry): Named | undefined {
    return this.#byEntry.get(entry);
  }

  /** The name must be free, and the server without one. */
  add(named: Named): void {
    this.#byName.set(named.name, named);
    this.#byEntry.set(named.entry, named);
    this.noteConnections(named);
  }

  /** The name is free. */
  remove(named: Named): void {
    this.#byName.delete(named.name);
    this.#byEntry.delete(named.entry);
    this.#notFull.delete(named);
  }

  /** To be called when a connection to it was made, or ended. */
  noteConnections(named: Named): void {
    if (named.limit === null || named.entry.connections.size === named.limit) this.#notFull.delete(named);
    else this.#notFull.add(named);
  }
}

/** Whether one more thread may be connected. */
export function hasRoom({ entry, limit }: Named): boolean {
  return limit === null || entry.connections.size < limit;
}
