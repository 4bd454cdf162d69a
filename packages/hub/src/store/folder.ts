import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { syncFolder } from "../sync-folder.ts";
import { StoreError } from "./errors.ts";

const OTHERS_WRITE = 0o022;

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
