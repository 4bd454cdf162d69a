/** The data folder of a store, for its owner alone, and the mark in it that says how far the store is. */

import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { crc32 } from "node:zlib";

import { syncFolder } from "../keys-file.ts";
import { corrupt } from "./database.ts";
import { StoreError } from "./errors.ts";

/** The paths of a store's files. SQLite itself makes two more beside the database: `-wal` and, for a moment, `-journal`. */
export interface StoreFiles {
  readonly folder: string;
  readonly database: string;
  readonly mark: string;
  /** The mark while it is made. */
  readonly newMark: string;
}

/**
 * Makes the folder and the database file if they are not there, for their owner alone (0700, 0600) whatever the umask.
 * That the file is in the folder is on disk once the mark is made.
 *
 * @throws StoreError `StoreUnsafe` for a symbolic link, what belongs to another user, and what others can write;
 *   `StoreFailed` when the folder cannot be made
 */
export function prepareFolder(path: string): StoreFiles {
  const folder = resolve(path);
  const mark = join(folder, "doorbell.mark");
  const files = { folder, database: join(folder, "doorbell.db"), mark, newMark: `${mark}.new` };
  try {
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) syncFolder(dirname(folder));
    ownAlone(folder, "folder");
    // Never opened when it is there: closing it again would take the lock from another hub of this process.
    if (!isThere(files.database)) closeSync(openSync(files.database, "wx", 0o600));
    for (const file of [files.database, `${files.database}-wal`, `${files.database}-journal`, mark, files.newMark])
      if (isThere(file)) ownAlone(file, "file");
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError("StoreFailed", `The data folder ${folder} cannot be used: ${why}`, { cause });
  }
  return files;
}

/** Whether there is something of that name, be it a link that leads nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function ownAlone(path: string, kind: "folder" | "file"): void {
  const stats = lstatSync(path);
  const wrong = whatIsWrong(stats, kind);
  if (wrong !== undefined)
    throw new StoreError("StoreUnsafe", `${path} ${wrong}: make it your own, or name another folder with --data`);
  // What others could only read is closed to them; what a strange umask closed to us is opened.
  const mode = kind === "folder" ? 0o700 : 0o600;
  if ((stats.mode & 0o777) !== mode) chmodSync(path, mode);
}

function whatIsWrong(stats: Stats, kind: "folder" | "file"): string | undefined {
  if (stats.isSymbolicLink()) return "is a symbolic link";
  if (kind === "folder" ? !stats.isDirectory() : !stats.isFile()) return `is no ${kind}`;
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return `belongs to the user ${stats.uid}`;
  if ((stats.mode & OTHERS_WRITE) !== 0) return "can be written by others";
  return undefined;
}

const OTHERS_WRITE = 0o022;

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
    const hasMark = existsSync(mark);
    this.#descriptor = openSync(hasMark ? mark : newMark, hasMark ? "r+" : "w", 0o600);
    fchmodSync(this.#descriptor, 0o600);
    this.write(progress);
    fsyncSync(this.#descriptor);
    if (!hasMark) renameSync(newMark, mark);
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
