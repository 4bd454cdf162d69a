import SQLite from "libsql";

import { RefusedError } from "../inbox/rules.ts";
import { StoreError } from "./errors.ts";
import { FairLines } from "./turns.ts";

/** What a column can hold. */
export type Value = string | number | Uint8Array | null;

export type Row = readonly Value[];

/** A statement, prepared once. */
export interface Statement {
  run(...values: Row): void;
  /** The first row. */
  get(...values: Row): Row | undefined;
  all(...values: Row): readonly Row[];
  /** Row by row: nothing may be written meanwhile. */
  each(...values: Row): Iterable<Row>;
}

/** The log is brought into the database every so many transactions: 1 to 10 MiB of it. */
const CHECKPOINT_COMMITS = 64;
/** Beyond that it is cut short again. */
const LOG_BYTES_MAX = 8 * 2 ** 20;

/** A database of SQLite that nobody else has open. */
export class Database implements Disposable {
  readonly #sqlite: InstanceType<typeof SQLite>;
  readonly #path: string;
  /** What reads all there is, a table each, and throws when something is not what was stored. */
  readonly checks: (() => void)[] = [];
  #commits = 0;
  #hasLog = false;

  /** @throws StoreError `StoreLocked`, `StoreCorrupt`, `StoreFailed` */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#sqlite = new SQLite(path);
      // In this order: a log that nobody else reads needs no shared memory, and the lock is held until the end.
      for (const pragma of ["locking_mode = EXCLUSIVE", "synchronous = FULL"]) this.#sqlite.pragma(pragma);
      // What takes the lock, if another has not.
      this.pragma("user_version");
      this.#beginLog();
      // By us, where its failure is seen.
      this.#sqlite.pragma("wal_autocheckpoint = 0");
      this.#sqlite.pragma(`journal_size_limit = ${LOG_BYTES_MAX}`);
    } catch (cause) {
      throw this.explain(cause);
    }
  }

  prepare(sql: string): Statement {
    const statement = this.#sqlite.prepare(sql);
    if (!statement.reader) {
      const none = (): never => {
        throw new TypeError(`It gives no rows: ${sql}`);
      };
      return { run: (...values) => void statement.run(values), get: none, all: none, each: none };
    }
    statement.raw(true);
    return {
      run: (...values) => void statement.all(values),
      get: (...values) => statement.get(values) as Row | undefined,
      all: (...values) => statement.all(values) as Row[],
      *each(...values) {
        let isOver = false;
        try {
          for (const row of statement.iterate(values)) yield row as Row;
          isOver = true;
        } finally {
          // A statement that is not at its end keeps the log from being closed; to ask it anew is the one way to end it.
          if (!isOver) statement.get(values);
        }
      },
    };
  }

  exec(sql: string): void {
    this.#sqlite.exec(sql);
  }

  /** The value of a pragma that is a number. */
  pragma(name: string): number {
    return Number(this.prepare(`PRAGMA ${name}`).get()?.[0]);
  }

  /** The first thing that is wrong with its structure and indexes, in words. */
  damage(): string | undefined {
    const statement = this.prepare(`SELECT ${read("integrity_check")} FROM pragma_integrity_check(1)`);
    const found = String(statement.get()?.[0]);
    return found === "ok" ? undefined : found;
  }

  get isInTransaction(): boolean {
    return this.#sqlite.inTransaction;
  }

  /** Begins a transaction, which nobody else can. */
  begin(): void {
    if (!this.#hasLog) this.#beginLog();
    this.#sqlite.exec("BEGIN IMMEDIATE");
  }

  /**
   * Has changes written to a log first, which takes one sync a transaction. A disk that is full has no room to begin that: all can be
   * read without, and it is tried again before something is written.
   */
  #beginLog(): void {
    try {
      this.#sqlite.pragma("journal_mode = WAL");
      this.#hasLog = true;
    } catch (cause) {
      if (!isFull(cause)) throw cause;
    }
  }

  /** Commits a transaction: it is on disk when this returns. */
  commit(): void {
    this.#sqlite.exec("COMMIT");
    this.#commits += 1;
  }

  /** Brings the log into the database, if there has been enough of it. */
  tidy(): void {
    if (this.#commits < CHECKPOINT_COMMITS) return;
    this.#commits = 0;
    this.#sqlite.pragma("wal_checkpoint(PASSIVE)");
  }

  /**
   * Brings the log into the database at once. Whatever of a log could be read, also what the system had in memory alone, is
   * then on disk.
   */
  checkpoint(): void {
    try {
      this.#sqlite.pragma("wal_checkpoint(TRUNCATE)");
    } catch (cause) {
      // The log is there, and is read as before; it is brought over when there is room.
      if (!isFull(cause)) throw cause;
    }
  }

  /** What an error while it is opened means. */
  explain(cause: unknown): StoreError {
    if (cause instanceof StoreError) return cause;
    const code = codeOf(cause);
    const why = cause instanceof Error ? cause.message : String(cause);
    if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED"))
      return new StoreError(
        "StoreLocked",
        `${this.#path} is in use by another hub: stop that one, or name another folder with --data`,
        { cause },
      );
    const isOfSystem = cause instanceof Error && "syscall" in cause;
    if (isOfSystem || code.startsWith("SQLITE_IOERR") || /^SQLITE_(FULL|NOMEM|CANTOPEN|READONLY|PERM|AUTH)/.test(code))
      return new StoreError("StoreFailed", `${this.#path} cannot be opened: ${why}`, { cause });
    return corrupt(this.#path, why, cause);
  }

  /** Brings the log into the database, and lets go of the lock. */
  [Symbol.dispose](): void {
    try {
      // The library keeps its files open until its statements are collected, and with them the lock: so that is let go of first.
      for (const pragma of ["journal_mode = DELETE", "locking_mode = NORMAL", "user_version"])
        this.#sqlite.pragma(pragma);
    } finally {
      this.#sqlite.close();
    }
  }
}

/** How a text or bytes are read: the library ends the process for a text that is not UTF-8, as a flipped bit may have made it. */
export function read(column: string): string {
  return `CAST(${column} AS BLOB)`;
}

/** SQLite's name of an error; empty for what is none of its errors. */
function codeOf(cause: unknown): string {
  return cause instanceof SQLite.SqliteError ? cause.code : "";
}

function isFull(cause: unknown): boolean {
  return codeOf(cause) === "SQLITE_FULL";
}

export function corrupt(path: string, why: string, cause?: unknown): StoreError {
  const what = `${path} is damaged (${why.replaceAll(/\s+/g, " ")}): restore a copy of the folder, or name another with --data`;
  return new StoreError("StoreCorrupt", what, { cause });
}

interface GroupCommitOptions {
  /** Called in each transaction, last. */
  readonly beforeCommit: () => void;
  /** Called when a transaction is on disk, before anybody is told. */
  readonly afterCommit: () => void;
  /** Called once, when nothing more can be stored until the store is opened again. */
  readonly onFailed: (cause: unknown) => void;
  /** Called when something waits: {@link GroupCommit.flush} is to follow in a later turn. */
  readonly waits: () => void;
  /** Called with why nothing can be stored for now, and with nothing when that is over. */
  readonly onTrouble: (why: string | undefined) => void;
}

/** Changes of one transaction: one that fails for the sake of one of them fails all. */
const GROUP_MAX = 1_024;

/**
 * Makes changes that came together in one transaction, so that they wait for the disk once. Each is told of its own outcome, once
 * that is on disk. One that is refused leaves nothing behind, and the others as they are.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #options: GroupCommitOptions;
  readonly #waiting = new FairLines<Waiting>();
  #ended: RefusedError | undefined;
  #trouble: string | undefined;

  constructor(database: Database, options: GroupCommitOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Says why the last that was to be stored was not, if it failed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Returns what the change returns. Rejects with what it throws, or with `StoreFailed`; then nothing of it is stored.
   *
   * @param keys whose change it is, as an inbox and its bell: each has a line of its own
   */
  write<T>(change: () => T, keys: readonly number[] = [0]): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(keys, { change, resolve: resolve as (value: unknown) => void, reject });
      this.#options.waits();
    });
  }

  /** Stores what waits, as much of it as can be changed until `isOver` holds. Returns whether more waits. */
  flush(isOver: () => boolean = () => false): boolean {
    if (this.#waiting.size === 0) return false;
    const group: Waiting[] = [];
    let outcomes: readonly (() => void)[];
    try {
      if (this.#ended !== undefined) throw this.#ended;
      outcomes = this.#commit(group, isOver);
    } catch (cause) {
      const refusal = this.#failed(cause);
      // If no transaction can begin, or none any more, all that waits fails in the same way.
      if (this.#ended !== undefined || group.length === 0)
        for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) group.push(one);
      for (const { reject } of group) reject(refusal);
      return this.#waiting.size > 0;
    }
    for (const tell of outcomes) tell();
    // Once those who were told have had their turn.
    setImmediate(() => this.#tidy());
    return this.#waiting.size > 0;
  }

  #isInTrouble(why: string | undefined): void {
    if (why === this.#trouble) return;
    this.#trouble = why;
    this.#options.onTrouble(why);
  }

  /** Stores what waits. Returns how all that comes later is refused. */
  close(): RefusedError {
    while (this.flush());
    this.#ended ??= new RefusedError({ code: "StoreFailed", message: "The store is closed: the hub is stopping." });
    return this.#ended;
  }

  #tidy(): void {
    if (this.#ended !== undefined) return;
    try {
      this.#database.tidy();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  /** Takes changes out of their lines into the group, and makes them. */
  #commit(group: Waiting[], isOver: () => boolean): readonly (() => void)[] {
    const database = this.#database;
    const outcomes: (() => void)[] = [];
    let isChanged = false;
    try {
      database.begin();
      do {
        const one = this.#waiting.shift();
        if (one === undefined) break;
        group.push(one);
        const { change, resolve, reject } = one;
        database.exec("SAVEPOINT one");
        try {
          const value = change();
          database.exec("RELEASE one");
          isChanged = true;
          outcomes.push(() => resolve(value));
        } catch (cause) {
          if (concernsAll(cause)) throw cause;
          database.exec("ROLLBACK TO one; RELEASE one");
          outcomes.push(() => reject(cause));
        }
      } while (group.length < GROUP_MAX && !isOver());
      if (isChanged) {
        this.#options.beforeCommit();
        database.commit();
        this.#options.afterCommit();
        this.#isInTrouble(undefined);
      } else database.exec("ROLLBACK");
      return outcomes;
    } catch (cause) {
      if (database.isInTransaction) database.exec("ROLLBACK");
      throw cause;
    }
  }

  #failed(cause: unknown): RefusedError {
    if (this.#ended !== undefined) return this.#ended;
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#isInTrouble(why);
    if (isFull(cause))
      return new RefusedError({
        code: "StoreFailed",
        message: `It could not be stored: ${why}. Make room on the disk.`,
      });
    // After a sync that failed, nobody knows what of the file is on disk: another one may say that all is well.
    this.#ended = new RefusedError({
      code: "StoreFailed",
      message: `It could not be stored: ${why}. Nothing more is, until the hub has opened its store again.`,
    });
    this.#options.onFailed(cause);
    return this.#ended;
  }
}

/** A change that waits for its turn. It is made and rolled back in one go, so it must not wait for anything. */
interface Waiting {
  readonly change: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

/** Whether an error is that of the database, and not of the change. */
function concernsAll(cause: unknown): boolean {
  const code = codeOf(cause);
  return cause instanceof StoreError || (code !== "" && !code.startsWith("SQLITE_CONSTRAINT"));
}
