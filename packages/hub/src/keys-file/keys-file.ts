import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { syncFolder } from "../sync-folder.ts";
import { type Keys, keysFrom, keysToJson } from "./keys.ts";

/** The file of keys cannot be used; the message says why, in one line, and what to do. */
export class KeysFileError extends Error {
  readonly code = "KeysFileInvalid";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KeysFileError";
  }
}

const NAME = "keys.json";

/**
 * The keys of a data folder; nothing if it has none.
 *
 * @throws KeysFileError if they cannot be read, or if others than its owner can read the file
 */
export function readKeys(folder: string): Keys | undefined {
  const path = join(folder, NAME);
  let text: string;
  try {
    // Not through a link that somebody else may have put there.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      checkMode(path, fstatSync(file).mode);
      text = readFileSync(file, "utf8");
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (cause instanceof KeysFileError) throw cause;
    throw new KeysFileError(`the file of keys cannot be read: ${(cause as Error).message}`, { cause });
  }
  try {
    return keysFrom(JSON.parse(text));
  } catch (cause) {
    // What JSON.parse says may show a part of the file.
    const why = cause instanceof SyntaxError ? "it is no JSON" : (cause as Error).message;
    throw new KeysFileError(
      `${path} is not a file of keys (${why}): mend it, or move it away and the hub makes a new owner's key`,
    );
  }
}

function checkMode(path: string, mode: number): void {
  if ((mode & 0o077) !== 0) throw new KeysFileError(`${path} can be used by others than you: chmod 600 ${path}`);
}

/**
 * Writes the keys of a data folder, for its owner alone: the old file, or the new, is there whole whatever happens
 * meanwhile; once this returns it is the new, on disk.
 */
export function writeKeys(folder: string, keys: Keys): void {
  const path = join(folder, NAME);
  const half = join(folder, `.${NAME}.${randomBytes(6).toString("hex")}`);
  try {
    const file = openSync(half, "wx", 0o600);
    try {
      writeFileSync(file, `${JSON.stringify(keysToJson(keys), undefined, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(half, path);
    syncFolder(folder);
  } catch (cause) {
    rmSync(half, { force: true });
    throw new KeysFileError(`the file of keys cannot be written: ${(cause as Error).message}`, { cause });
  }
}
