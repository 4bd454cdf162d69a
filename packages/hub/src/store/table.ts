import { crc32 } from "node:zlib";

import { type Database, read, type Row, type Statement, type Value } from "./database.ts";
import { StoreError } from "./errors.ts";

/** Its columns, in order; the first of them, `keys` many, are its key. */
export interface TableShape<R> {
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

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws TypeError for bytes that are no text */
function decode(value: Value, kind: "number" | "text" | "bytes"): Value {
  return kind === "text" && value instanceof Uint8Array ? utf8.decode(value) : value;
}

function checksum(values: Row): number {
  return crc32(JSON.stringify(values.map((value) => (value instanceof Uint8Array ? hex(value) : value))));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
