/** Tables with checksums, their schema, and the book of the store: every part of a store needs these. */

import { crc32 } from "node:zlib";

import { type Database, read, type Row, type Statement, type Value } from "./database.ts";
import { StoreError } from "./errors.ts";

/** Its columns, in order; the first of them, `keys` many, are its key. */
interface TableShape<R> {
  readonly name: string;
  readonly columns: { readonly [K in keyof R & string]: "number" | "text" | "bytes" };
  readonly keys: number;
}

/**
 * A table whose rows carry a checksum of all they hold. It is made when a row is written and looked at whenever one is read:
 * SQLite has none, and would give what a disk made of a row.
 */
export class Table<R extends { readonly [K in keyof R]: Value }> {
  readonly #database: Database;
  readonly #name: string;
  readonly #columns: readonly (readonly [name: keyof R & string, kind: "number" | "text" | "bytes"])[];
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #get: Statement;

  constructor(database: Database, { name, columns, keys }: TableShape<R>) {
    this.#database = database;
    this.#name = name;
    const named = Object.keys(columns) as (keyof R & string)[];
    this.#columns = named.map((column) => [column, columns[column]]);
    const all = [...Object.keys(columns), "crc"];
    const equal = all.map((column, index) => `${column} = ?${index + 1}`);
    const key = equal.slice(0, keys).join(" AND ");
    this.#insert = database.prepare(
      `INSERT INTO ${name} (${all.join(", ")}) VALUES (${all.map((_, index) => `?${index + 1}`).join(", ")})`,
    );
    this.#update = database.prepare(`UPDATE ${name} SET ${equal.slice(keys).join(", ")} WHERE ${key}`);
    this.#delete = database.prepare(`DELETE FROM ${name} WHERE ${key}`);
    this.#get = this.#select(`WHERE ${key}`);
    const everything = this.query("");
    database.checks.push(() => {
      for (const _ of everything.each());
    });
  }

  insert(row: R): void {
    const values = this.#values(row);
    this.#insert.run(...values, checksum(values));
  }

  /** Replaces the row of the same key. */
  update(row: R): void {
    const values = this.#values(row);
    this.#update.run(...values, checksum(values));
  }

  delete(...key: Row): void {
    this.#delete.run(...key);
  }

  /** @throws StoreError `StoreCorrupt` */
  get(...key: Row): R | undefined {
    return this.#row(this.#get.get(...key));
  }

  /** What follows `SELECT … FROM table`, prepared once. Its rows are checked as they are read. */
  query(rest: string): {
    readonly first: (...values: Row) => R | undefined;
    readonly all: (...values: Row) => readonly R[];
    readonly each: (...values: Row) => Generator<R>;
  } {
    const statement = this.#select(rest);
    const read = (row: Row): R => this.#row(row) as R;
    return {
      first: (...values) => this.#row(statement.get(...values)),
      all: (...values) => statement.all(...values).map(read),
      *each(...values) {
        for (const row of statement.each(...values)) yield read(row);
      },
    };
  }

  #select(rest: string): Statement {
    const columns = this.#columns.map(([name, kind]) => (kind === "number" ? name : read(name)));
    return this.#database.prepare(`SELECT ${[...columns, "crc"].join(", ")} FROM ${this.#name} ${rest}`);
  }

  #values(row: R): Value[] {
    return this.#columns.map(([name]) => row[name]);
  }

  #row(stored: Row | undefined): R | undefined {
    if (stored === undefined) return undefined;
    try {
      const values = this.#columns.map(([, kind], index) => decode(stored[index] as Value, kind));
      if (stored.at(-1) === checksum(values))
        return Object.fromEntries(this.#columns.map(([name], index) => [name, values[index]])) as unknown as R;
    } catch {
      // It is no text any more.
    }
    throw new StoreError("StoreCorrupt", `A row of ${this.#name} is not what was stored: restore a copy of the folder`);
  }
}

function checksum(values: Row): number {
  return crc32(JSON.stringify(values.map((value) => (value instanceof Uint8Array ? hex(value) : value))));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** @throws TypeError for bytes that are no text */
function decode(value: Value, kind: "number" | "text" | "bytes"): Value {
  return kind === "text" && value instanceof Uint8Array ? utf8.decode(value) : value;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
    database.begin();
    database.exec(step);
    database.exec(`PRAGMA user_version = ${index + 1}`);
    if (index === 0) database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.commit();
  }
}

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
  // Lists of bells by number, and the revoked ones whose last item has gone, are found without a look at all bells; and the times.
  `
  CREATE INDEX bells_by_inbox ON bells (inbox);
  CREATE INDEX bells_revoked ON bells (inbox, last_sequence) WHERE revoked = 1;
  CREATE TABLE clock (id INTEGER PRIMARY KEY, own INTEGER NOT NULL, wall INTEGER NOT NULL, high INTEGER NOT NULL,
    floor INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE gaps (at INTEGER PRIMARY KEY, ms INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
  `,
];

/** How the file says whose it is: "DOOR". */
const APPLICATION_ID = 0x444f4f52;

/** What a store knows of itself. */
interface Book {
  readonly id: number;
  readonly era: number;
  /** Transactions so far. */
  readonly commits: number;
  /** The store's own time at the last of them: see `StoreTime`. */
  readonly time: number;
  /** The newest number of an ad, an inbox and a bell: none is used twice. */
  readonly ads: number;
  readonly inboxes: number;
  readonly bells: number;
  readonly owner_hash: Uint8Array | null;
}

/** The one row of the store's book. */
export class BookKeeper {
  readonly #table: Table<Book>;

  constructor(database: Database) {
    this.#table = new Table<Book>(database, {
      name: "book",
      columns: {
        id: "number",
        era: "number",
        commits: "number",
        time: "number",
        ads: "number",
        inboxes: "number",
        bells: "number",
        owner_hash: "bytes",
      },
      keys: 1,
    });
  }

  /** Undefined before `begin`. */
  find(): Book | undefined {
    return this.#table.get(1);
  }

  read(): Book {
    const book = this.find();
    if (book === undefined) throw new TypeError("The store has no book.");
    return book;
  }

  begin(era: number, time: number): void {
    this.#table.insert({ id: 1, era, commits: 1, time, ads: 0, inboxes: 0, bells: 0, owner_hash: null });
  }

  /** Changes it by what it is, and gives what it is then. */
  change(change: (book: Book) => Partial<Book>): Book {
    const book = this.read();
    const changed = { ...book, ...change(book) };
    this.#table.update(changed);
    return changed;
  }
}
