import { crc32 } from "node:zlib";

import type { Database, Row, Statement, Value } from "./database.ts";
import { StoreError } from "./errors.ts";

/** Its columns, in order; the first of them, `keys` many, are its key. */
export interface TableShape<R> {
  readonly name: string;
  readonly columns: readonly (keyof R & string)[];
  readonly keys: number;
}

/**
 * A table whose rows carry a checksum of all they hold. It is made when a row is written and looked at whenever one is read:
 * SQLite has none, and would give what a disk made of a row.
 */
export class Table<R extends { readonly [K in keyof R]: Value }> {
  readonly #database: Database;
  readonly #shape: TableShape<R>;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #get: Statement;

  constructor(database: Database, shape: TableShape<R>) {
    this.#database = database;
    this.#shape = shape;
    const { name, columns, keys } = shape;
    const all = [...columns, "crc"];
    const key = columns.slice(0, keys).map((column, index) => `${column} = ?${index + 1}`);
    const changed = all.slice(keys).map((column, index) => `${column} = ?${keys + index + 1}`);
    this.#insert = database.prepare(
      `INSERT INTO ${name} (${all.join(", ")}) VALUES (${all.map((_, index) => `?${index + 1}`).join(", ")})`,
    );
    this.#update = database.prepare(`UPDATE ${name} SET ${changed.join(", ")} WHERE ${key.join(" AND ")}`);
    this.#delete = database.prepare(`DELETE FROM ${name} WHERE ${key.join(" AND ")}`);
    this.#get = this.#select(`WHERE ${key.join(" AND ")}`);
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
    const { name, columns } = this.#shape;
    return this.#database.prepare(`SELECT ${[...columns, "crc"].join(", ")} FROM ${name} ${rest}`);
  }

  #values(row: R): Value[] {
    return this.#shape.columns.map((column) => row[column]);
  }

  #row(stored: Row | undefined): R | undefined {
    if (stored === undefined) return undefined;
    const { name, columns } = this.#shape;
    if (stored.at(-1) !== checksum(stored.slice(0, -1)))
      throw new StoreError("StoreCorrupt", `A row of ${name} is not what was stored: restore a copy of the folder`);
    return Object.fromEntries(columns.map((column, index) => [column, stored[index]])) as unknown as R;
  }
}

function checksum(values: Row): number {
  return crc32(JSON.stringify(values.map((value) => (value instanceof Uint8Array ? hex(value) : value))));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
