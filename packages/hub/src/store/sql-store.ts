import { randomInt } from "node:crypto";

import { systemClock } from "@doorbell-js/doorbell/line";

import type { Clock } from "../time.ts";
import { corrupt, Database, GroupCommit, type Statement } from "./database.ts";
import { isSame } from "./errors.ts";
import { Mark, prepareFolder, type Progress, type StoreFiles } from "./folder.ts";
import { Inboxes } from "./inboxes.ts";
import {
  defaultStoreLimits,
  type Log,
  type SessionStore,
  type Store,
  type StoredItem,
  type StoreLimits,
} from "./store.ts";
import { BookKeeper, migrate, Table } from "./table.ts";
import { type ClockEvent, StoreTime } from "./time.ts";
import { Turns } from "./turns.ts";

/** Where a store is: in a folder of its own, or in memory, where it ends with the process. */
export type StorePlace = { readonly folder: string } | { readonly memory: true };

/** What a store needs of the world. */
export interface StorePowers {
  /** What passes: see `StoreTime`. @default systemClock */
  readonly clock?: Clock;
  /** The machine's clock. @default Date.now */
  readonly wallNow?: () => number;
  readonly log?: (event: StoreEvent) => void;
  readonly limits?: Partial<StoreLimits>;
  /** Called once, when nothing more can be stored until it is opened again. What is there can still be read. */
  readonly onFailed?: (cause: unknown) => void;
}

/**
 * Opens a store, and makes it if there is none. Everything in it is read once, so that damage is found now and not in a year.
 *
 * @throws StoreError
 */
export function openStore(place: StorePlace, powers: StorePowers = {}): Store {
  const files = "folder" in place ? prepareFolder(place.folder) : undefined;
  const database = new Database(files?.database ?? ":memory:");
  try {
    return new SqlStore(database, files, powers);
  } catch (cause) {
    try {
      database[Symbol.dispose]();
    } catch {
      // What is damaged may not be closed in order; why it was not opened is what counts.
    }
    throw database.explain(cause);
  }
}

/** News of a store for the operator. */
export type StoreEvent =
  | ClockEvent
  /** Nothing can be stored for now: the disk is full, say. What is there can be read. */
  | { readonly type: "cannotStore"; readonly why: string }
  | { readonly type: "canStore" };

/** The times are noted as often as this. */
const NOTED_MS = 60_000;

/** A store in a database of SQLite. */
class SqlStore implements Store {
  readonly era: number;
  readonly ads: Ads;
  readonly inboxes: Inboxes;
  readonly sessions: Sessions;
  readonly #database: Database;
  readonly #book: BookKeeper;
  readonly #commit: GroupCommit;
  readonly #turns: Turns;
  readonly #time: StoreTime;
  #noting: { cancel(): void } | undefined;
  readonly #mark: Mark | undefined;
  #isClosed = false;

  /** @throws whatever is wrong with what is there */
  constructor(database: Database, files: StoreFiles | undefined, powers: StorePowers) {
    const { clock = systemClock, wallNow = Date.now, onFailed = () => {}, log = () => {} } = powers;
    const limits = { ...defaultStoreLimits, ...powers.limits };
    const path = files?.database ?? "the store in memory";
    const damage = database.damage();
    if (damage !== undefined) throw corrupt(path, damage);
    migrate(database, path);
    this.#database = database;
    this.#book = new BookKeeper(database);
    const book = this.#begin(files, path, wallNow());
    this.era = book.era;
    const time = new StoreTime({ database, clock, wallNow, last: book.time, log });
    this.#time = time;
    let committing: Progress = book;
    this.#turns = new Turns({ write: (isOver) => this.#commit.flush(isOver) });
    this.#commit = new GroupCommit(database, {
      beforeCommit: () => {
        committing = this.#book.change(({ commits }) => ({ commits: commits + 1, time: time.now() }));
      },
      afterCommit: () => this.#mark?.write(committing),
      onFailed,
      waits: () => this.#turns.writes(),
      onTrouble: (why) => log(why === undefined ? { type: "canStore" } : { type: "cannotStore", why }),
    });
    this.ads = new Ads(database, this.#book, this.#commit);
    this.sessions = new Sessions(database, this.#commit);
    this.inboxes = new Inboxes({ database, book: this.#book, commit: this.#commit, turns: this.#turns, time, limits });
    for (const look of database.checks) look();
    if (!this.ads.isWhole() || !this.inboxes.isWhole()) throw corrupt(path, "some of what was stored is missing");
    // What an earlier hub could not get onto the disk may have been read from memory all the same.
    database.checkpoint();
    if (files !== undefined) this.#mark = new Mark(files, book);
    this.#noteTime(clock, 0);
  }

  /** Notes the times soon, and then every minute. What cannot be noted is noted a minute later; so it shows that it cannot. */
  #noteTime(clock: Clock, afterMs: number): void {
    this.#noting = clock.after(afterMs, () => {
      const again = (): void => {
        if (!this.#isClosed) this.#noteTime(clock, NOTED_MS);
      };
      this.#commit.write(() => this.#time.note()).then(again, again);
    });
  }

  wall(): number {
    return this.#time.wall();
  }

  get trouble(): string | undefined {
    return this.#commit.trouble;
  }

  get ownerHash(): Uint8Array | undefined {
    return this.#book.read().owner_hash ?? undefined;
  }

  setOwnerHash(hash: Uint8Array): Promise<void> {
    return this.#commit.write(() => void this.#book.change(() => ({ owner_hash: hash })));
  }

  /** Stores what still waits; whatever comes later is refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#noting?.cancel();
    this.#commit.write(() => this.#time.note()).catch(() => {});
    this.#turns.close(this.#commit.close());
    this.#mark?.[Symbol.dispose]();
    this.#database[Symbol.dispose]();
  }

  /** Begins the book of a new store, or looks whether the one that is there is all that was acknowledged. */
  #begin(files: StoreFiles | undefined, path: string, now: number): Progress & { readonly time: number } {
    const mark = files === undefined ? undefined : Mark.read(files);
    const book = this.#book.find();
    if (mark !== undefined && (book?.era !== mark.era || book.commits < mark.commits)) {
      const lost =
        book?.era === mark.era ? `its last ${mark.commits - book.commits} changes are missing` : "it is another";
      throw corrupt(path, `${lost}; to take it as it is, delete ${files?.mark}`);
    }
    if (book !== undefined && (mark !== undefined || files === undefined)) return book;
    // Without a mark it may be an old copy: numbers may have been given that it does not know of.
    this.#database.begin();
    const era = randomInt(1, 2 ** 48 - 1);
    if (book === undefined) this.#book.begin(era, now);
    else this.#book.change(({ commits }) => ({ era, commits: commits + 1 }));
    this.#database.commit();
    return this.#book.read();
  }
}

/** Ads that are kept: with ads of at most 1 KiB, some 10 MiB. */
const ADS_MAX = 10_000;

interface AdRow {
  readonly sequence: number;
  readonly text: string;
}

/** The newest 10,000 ads of the board. */
class Ads implements Log {
  readonly #book: BookKeeper;
  readonly #commit: GroupCommit;
  readonly #table: Table<AdRow>;
  readonly #next: ReturnType<Table<AdRow>["query"]>;
  readonly #extent: Statement;

  constructor(database: Database, book: BookKeeper, commit: GroupCommit) {
    this.#book = book;
    this.#commit = commit;
    this.#table = new Table<AdRow>(database, { name: "ads", columns: { sequence: "number", text: "text" }, keys: 1 });
    this.#next = this.#table.query("WHERE sequence > ?1 ORDER BY sequence LIMIT 1");
    this.#extent = database.prepare("SELECT count(*), max(sequence) FROM ads");
  }

  get newest(): number {
    return this.#book.read().ads;
  }

  append(text: string): Promise<number> {
    return this.#commit.write(() => {
      const { ads: sequence } = this.#book.change(({ ads }) => ({ ads: ads + 1 }));
      this.#table.insert({ sequence, text });
      this.#table.delete(sequence - ADS_MAX);
      return sequence;
    });
  }

  async next(after: number): Promise<StoredItem | undefined> {
    return this.#next.first(after);
  }

  /** Whether all are there that should be. */
  isWhole(): boolean {
    const { newest } = this;
    const [count, last] = this.#extent.get() ?? [];
    return count === Math.min(newest, ADS_MAX) && (newest === 0 || last === newest);
  }
}

/** Sessions at a time. One more, and the one that would end first is ended. */
const SESSIONS_MAX = 100;

interface SessionRow {
  readonly hash: Uint8Array;
  readonly expires_at: number;
}

/** The sessions of the page. */
class Sessions implements SessionStore {
  readonly #commit: GroupCommit;
  readonly #table: Table<SessionRow>;
  readonly #trim: Statement;
  readonly #clear: Statement;

  constructor(database: Database, commit: GroupCommit) {
    this.#commit = commit;
    this.#table = new Table<SessionRow>(database, {
      name: "sessions",
      columns: { hash: "bytes", expires_at: "number" },
      keys: 1,
    });
    this.#trim = database.prepare(
      `DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions ORDER BY expires_at DESC LIMIT -1 OFFSET ${SESSIONS_MAX - 1})`,
    );
    this.#clear = database.prepare("DELETE FROM sessions");
  }

  create(hash: Uint8Array, expiresAt: number): Promise<void> {
    return this.#commit.write(() => {
      this.#table.delete(hash);
      this.#trim.run();
      this.#table.insert({ hash, expires_at: expiresAt });
    });
  }

  isValid(hash: Uint8Array, now: number): boolean {
    const row = this.#table.get(hash);
    if (row === undefined || !isSame(row.hash, hash)) return false;
    if (now < row.expires_at) return true;
    // It does not begin anew when a clock goes back.
    this.delete(hash).catch(() => {});
    return false;
  }

  delete(hash: Uint8Array): Promise<void> {
    return this.#commit.write(() => this.#table.delete(hash));
  }

  deleteAll(): Promise<void> {
    return this.#commit.write(() => this.#clear.run());
  }
}
