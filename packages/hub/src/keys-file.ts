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

import { Key, type KeyKind } from "./inbox/key.ts";

/** The owner's key, and those of inboxes by their names. */
export interface Keys {
  readonly owner: Key;
  readonly inboxes: ReadonlyMap<string, InboxKeys>;
}

/** The keys of an inbox, as far as they are known. */
interface InboxKeys {
  readonly read?: Key;
  readonly manage?: Key;
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

function checkMode(path: string, mode: number): void {
  if ((mode & 0o077) !== 0) throw new KeysFileError(`${path} can be used by others than you: chmod 600 ${path}`);
}

/** Keys, written out. */
export interface KeysJson {
  readonly owner: string;
  readonly inboxes: Readonly<Record<string, { readonly read?: string; readonly manage?: string }>>;
}

export function keysToJson({ owner, inboxes }: Keys): KeysJson {
  const entries = [...inboxes].map(([name, { read, manage }]) => [
    name,
    { ...(read && { read: read.text() }), ...(manage && { manage: manage.text() }) },
  ]);
  return { owner: owner.text(), inboxes: Object.fromEntries(entries) as KeysJson["inboxes"] };
}

/** The keys that were written out; throws an error that says what is none, and never shows one. */
export function keysFrom(json: unknown): Keys {
  const { owner, inboxes = {} } = objectOf(json, "the file");
  const all = Object.entries(objectOf(inboxes, "inboxes")).map(([name, value]): [string, InboxKeys] => {
    const { read, manage } = objectOf(value, `the inbox ${JSON.stringify(name)}`);
    const keys = {
      ...(read !== undefined && { read: keyOf(read, "read", name) }),
      ...(manage !== undefined && { manage: keyOf(manage, "manage", name) }),
    };
    return [name, keys];
  });
  return { owner: keyOf(owner, "owner", "owner"), inboxes: new Map(all) };
}

function keyOf(text: unknown, kind: KeyKind, of: string): Key {
  const key = Key.parse(text);
  if (key?.kind !== kind) throw new Error(`${JSON.stringify(of)} has no key that begins with ${kind}_`);
  return key;
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}

/** What was made or renamed in a folder is on disk when this returns. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The file of keys cannot be used; the message says why, in one line, and what to do. */
export class KeysFileError extends Error {
  readonly code = "KeysFileInvalid";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KeysFileError";
  }
}
