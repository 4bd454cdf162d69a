import { RefusedError } from "../inbox/index.ts";
import { codeOf, type Database } from "./database.ts";
import { StoreError } from "./errors.ts";

/** A change that waits for its turn. It is made and rolled back in one go, so it must not wait for anything. */
interface Waiting {
  readonly change: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

export interface GroupCommitOptions {
  /** Called in each transaction, last. */
  readonly beforeCommit: () => void;
  /** Called when a transaction is on disk, before anybody is told. */
  readonly afterCommit: () => void;
  /** Called once, when nothing more can be stored until the store is opened again. */
  readonly onFailed: (cause: unknown) => void;
}

/**
 * Makes all changes that came in one turn of the event loop in one transaction, so that they wait for the disk once. Each is
 * told of its own outcome, once that is on disk. One that is refused leaves nothing behind, and the others as they are.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #ended: RefusedError | undefined;

  constructor(database: Database, options: GroupCommitOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Gives what the change gives. Rejects with what it throws, or with `StoreFailed`; then nothing of it is stored. */
  write<T>(change: () => T): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush());
      this.#waiting.push({ change, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Stores what waits, now. */
  flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    let outcomes: readonly (() => void)[];
    try {
      if (this.#ended !== undefined) throw this.#ended;
      outcomes = this.#commit(group);
    } catch (cause) {
      const refusal = this.#failed(cause);
      for (const { reject } of group) reject(refusal);
      return;
    }
    for (const tell of outcomes) tell();
    // Once those who were told have had their turn.
    setImmediate(() => this.#tidy());
  }

  /** Stores what waits; whatever comes later is refused. */
  close(): void {
    this.flush();
    this.#ended ??= new RefusedError({ code: "StoreFailed", message: "The store is closed: the hub is stopping." });
  }

  #tidy(): void {
    if (this.#ended !== undefined) return;
    try {
      this.#database.tidy();
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #commit(group: readonly Waiting[]): readonly (() => void)[] {
    const database = this.#database;
    let isChanged = false;
    try {
      database.exec("BEGIN IMMEDIATE");
      const outcomes = group.map(({ change, resolve, reject }) => {
        database.exec("SAVEPOINT one");
        try {
          const value = change();
          database.exec("RELEASE one");
          isChanged = true;
          return () => resolve(value);
        } catch (cause) {
          if (concernsAll(cause)) throw cause;
          database.exec("ROLLBACK TO one; RELEASE one");
          return () => reject(cause);
        }
      });
      if (isChanged) {
        this.#options.beforeCommit();
        database.commit();
        this.#options.afterCommit();
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
    if (codeOf(cause) === "SQLITE_FULL")
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

/** Whether an error is that of the database, and not of the change. */
function concernsAll(cause: unknown): boolean {
  const code = codeOf(cause);
  return cause instanceof StoreError || (code !== "" && !code.startsWith("SQLITE_CONSTRAINT"));
}
