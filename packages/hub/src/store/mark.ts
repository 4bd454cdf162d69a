import { closeSync, existsSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

import { syncFolder } from "../sync-folder.ts";
import { corrupt } from "./database.ts";
import type { StoreFiles } from "./folder.ts";

/** It fits in a sector, which a disk writes whole or not at all. */
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

  /** Undefined when there is none. @throws StoreError `StoreCorrupt` when it cannot be read */
  static read({ mark }: StoreFiles): Progress | undefined {
    if (!existsSync(mark)) return undefined;
    const entry = readFileSync(mark);
    if (entry.length !== ENTRY_BYTES || crc32(entry.subarray(0, 16)) !== entry.readUInt32BE(16))
      throw corrupt(
        mark,
        "it is no mark; without it whether all is there cannot be told, and deleting it takes what is there",
      );
    return { era: entry.readDoubleBE(0), commits: entry.readDoubleBE(8) };
  }

  /** Makes it, if it is not there. It is on disk when this returns. */
  constructor({ folder, mark, newMark }: StoreFiles, progress: Progress) {
    const isThere = existsSync(mark);
    this.#descriptor = openSync(isThere ? mark : newMark, isThere ? "r+" : "w", 0o600);
    fchmodSync(this.#descriptor, 0o600);
    this.write(progress);
    fsyncSync(this.#descriptor);
    if (!isThere) renameSync(newMark, mark);
    // And with it the database, which may be new, too; and what an earlier hub did not come to.
    syncFolder(folder);
  }

  write({ era, commits }: Progress): void {
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeDoubleBE(era, 0);
    entry.writeDoubleBE(commits, 8);
    entry.writeUInt32BE(crc32(entry.subarray(0, 16)), 16);
    writeSync(this.#descriptor, entry, 0, ENTRY_BYTES, 0);
  }

  [Symbol.dispose](): void {
    try {
      fsyncSync(this.#descriptor);
    } finally {
      closeSync(this.#descriptor);
    }
  }
}
