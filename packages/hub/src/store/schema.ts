import type { Database } from "./database.ts";
import { StoreError } from "./errors.ts";

/** How the file says whose it is: "DOOR". */
const APPLICATION_ID = 0x444f4f52;

/** What brings a database from each version to the next. What has been released is not changed any more. */
const migrations: readonly string[] = [
  `
  CREATE TABLE book (id INTEGER PRIMARY KEY, era INTEGER NOT NULL, commits INTEGER NOT NULL, time INTEGER NOT NULL,
    ads INTEGER NOT NULL, inboxes INTEGER NOT NULL, bells INTEGER NOT NULL, owner_hash BLOB, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE ads (sequence INTEGER PRIMARY KEY, text TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE sessions (hash BLOB PRIMARY KEY, expires_at INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE inboxes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, read_hash BLOB NOT NULL UNIQUE,
    manage_hash BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL, items_max INTEGER NOT NULL, age_max INTEGER,
    bytes_max INTEGER NOT NULL, when_full TEXT NOT NULL, newest INTEGER NOT NULL, oldest INTEGER NOT NULL,
    bytes INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE bells (id INTEGER PRIMARY KEY, inbox INTEGER NOT NULL, label TEXT NOT NULL, hash BLOB UNIQUE,
    created_at INTEGER NOT NULL, paused INTEGER NOT NULL, revoked INTEGER NOT NULL, per_minute INTEGER NOT NULL,
    bytes_max INTEGER NOT NULL, rings_max INTEGER, expires_at INTEGER, rings INTEGER NOT NULL, last_rang_at INTEGER,
    last_sequence INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE INDEX bells_of_inbox ON bells (inbox, revoked);
  CREATE TABLE items (inbox INTEGER NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL, bell INTEGER NOT NULL, label TEXT NOT NULL, title TEXT, text TEXT NOT NULL,
    priority INTEGER NOT NULL, tags TEXT NOT NULL, click TEXT, bytes INTEGER NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (inbox, sequence)) STRICT, WITHOUT ROWID;
  CREATE TABLE repeats (bell INTEGER NOT NULL, key_hash BLOB NOT NULL, body_hash BLOB NOT NULL, sequence INTEGER NOT NULL,
    id TEXT NOT NULL, at INTEGER NOT NULL, label TEXT NOT NULL, stored_at INTEGER NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (bell, key_hash)) STRICT, WITHOUT ROWID;
  CREATE INDEX repeats_by_age ON repeats (stored_at);
  CREATE TABLE hours (bell INTEGER NOT NULL, hour INTEGER NOT NULL, rings INTEGER NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (bell, hour)) STRICT, WITHOUT ROWID;
  `,
];

/**
 * Brings a database to the newest version, each step in a transaction of its own.
 *
 * @throws StoreError `StoreTooNew`, `StoreCorrupt` for a database that is not one of ours
 */
export function migrate(database: Database, path: string, steps: readonly string[] = migrations): void {
  const isEmpty = database.prepare("SELECT count(*) FROM sqlite_schema").get()?.[0] === 0;
  if (!isEmpty && database.pragma("application_id") !== APPLICATION_ID)
    throw new StoreError("StoreCorrupt", `${path} is no store of Doorbell: name another folder with --data`);
  const version = database.pragma("user_version");
  if (version > steps.length)
    throw new StoreError(
      "StoreTooNew",
      `${path} was written by a newer hub (its version is ${version}, this hub knows ${steps.length}): run that one, or name another folder with --data`,
    );
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    database.exec("BEGIN IMMEDIATE");
    database.exec(step);
    database.exec(`PRAGMA user_version = ${index + 1}`);
    if (index === 0) database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.commit();
  }
}
