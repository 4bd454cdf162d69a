import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

import { StoreError } from "./errors.ts";

/** Where each of the two entries stands: in sectors of their own, so that at most one is torn. */
const PLACES = [0, 512] as const;
const ENTRY_BYTES = 20;

/** How far a store is: which count it is of, and how many transactions are on disk. */
export interface Progress {
  readonly era: number;
  readonly commits: number;
}

/**
 * A small file that says how many transactions were on disk. It is written after each, and not waited for: what it says was
 * true, and may be short of what is. A database that has fewer has lost some: SQLite itself cuts a damaged log short
 * without a word.
 */
export class Mark implements Disposable {
  readonly #descriptor: number;

  /** Undefined when there is none. @throws StoreError `StoreCorrupt` when neither entry can be read */
  static read(path: string): Progress | undefined {
    if (!existsSync(path)) return undefined;
    const bytes = readFileSync(path);
    const entries = PLACES.flatMap((place) => decode(bytes.subarray(place, place + ENTRY_BYTES)) ?? []);
    const [first] = entries.sort((one, other) => other.commits - one.commits);
    if (first === undefined)
      throw new StoreError(
        "StoreCorrupt",
        `${path} is damaged, and with it what tells whether the store is whole: restore a copy of the folder; or delete that file to take what is there`,
      );
    return first;
  }

  /** Opens it, and makes it if it is not there; it is on disk when this returns, save its place in the folder. */
  constructor(path: string, progress: Progress) {
    this.#descriptor = openSync(path, existsSync(path) ? "r+" : "wx+", 0o600);
    this.write(progress);
    this.write({ ...progress, commits: progress.commits - 1 });
    fsyncSync(this.#descriptor);
  }

  write({ era, commits }: Progress): void {
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeDoubleBE(era, 0);
    entry.writeDoubleBE(commits, 8);
    entry.writeUInt32BE(crc32(entry.subarray(0, 16)), 16);
    writeSync(this.#descriptor, entry, 0, ENTRY_BYTES, PLACES[commits % 2 === 0 ? 0 : 1]);
  }

  [Symbol.dispose](): void {
    try {
      fsyncSync(this.#descriptor);
    } finally {
      closeSync(this.#descriptor);
    }
  }
}

function decode(entry: Buffer): Progress | undefined {
  if (entry.length < ENTRY_BYTES || crc32(entry.subarray(0, 16)) !== entry.readUInt32BE(16)) return undefined;
  return { era: entry.readDoubleBE(0), commits: entry.readDoubleBE(8) };
}
