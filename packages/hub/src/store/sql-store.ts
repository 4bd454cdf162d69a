import { randomInt } from "node:crypto";

import { systemClock } from "@doorbell-js/doorbell/line";

import type { Clock } from "../time/index.ts";
import { Ads } from "./ads.ts";
import { BookKeeper } from "./book.ts";
import { corrupt, type Database } from "./database.ts";
import type { StoreFiles } from "./folder.ts";
import { GroupCommit } from "./group-commit.ts";
import { Inboxes } from "./inboxes.ts";
import { Mark, type Progress } from "./mark.ts";
import { migrate } from "./schema.ts";
import { Sessions } from "./sessions.ts";
import { StoreTime } from "./store-time.ts";
import type { Store } from "./store.ts";

/** What a store needs of the world. */
export interface StorePowers {
  /** What passes: see `StoreTime`. @default systemClock */
  readonly clock?: Clock;
  /** The wall clock, read once. @default Date.now */
  readonly wallNow?: () => number;
  /** Called once, when nothing more can be stored until it is opened again. What is there can still be read. */
  readonly onFailed?: (cause: unknown) => void;
}

/** A store in a database of SQLite. */
export class SqlStore implements Store {
  readonly era: number;
  readonly ads: Ads;
  readonly inboxes: Inboxes;
  readonly sessions: Sessions;
  readonly #database: Database;
  readonly #book: BookKeeper;
  readonly #commit: GroupCommit;
  readonly #mark: Mark | undefined;
  #isClosed = false;

  /** @throws whatever is wrong with what is there */
  constructor(database: Database, files: StoreFiles | undefined, powers: StorePowers) {
    const { clock = systemClock, wallNow = Date.now, onFailed = () => {} } = powers;
    const path = files?.database ?? "the store in memory";
    const damage = database.damage();
    if (damage !== undefined) throw corrupt(path, damage);
    migrate(database, path);
    this.#database = database;
    this.#book = new BookKeeper(database);
    const book = this.#begin(files, path, wallNow());
    this.era = book.era;
    const time = new StoreTime(clock, wallNow(), book.time);
    let committing: Progress = book;
    this.#commit = new GroupCommit(database, {
      beforeCommit: () => {
        committing = this.#book.change(({ commits }) => ({ commits: commits + 1, time: time.now() }));
      },
      afterCommit: () => this.#mark?.write(committing),
      onFailed,
    });
    this.ads = new Ads(database, this.#book, this.#commit);
    this.sessions = new Sessions(database, this.#commit);
    this.inboxes = new Inboxes({ database, book: this.#book, commit: this.#commit, time });
    for (const look of database.checks) look();
    if (!this.ads.isWhole() || !this.inboxes.isWhole()) throw corrupt(path, "some of what was stored is missing");
    // What an earlier hub could not get onto the disk may have been read from memory all the same.
    database.checkpoint();
    if (files !== undefined) this.#mark = new Mark(files, book);
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
    this.#commit.close();
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
    this.#database.exec("BEGIN IMMEDIATE");
    const era = randomInt(1, 2 ** 48 - 1);
    if (book === undefined) this.#book.begin(era, now);
    else this.#book.change(({ commits }) => ({ era, commits: commits + 1 }));
    this.#database.commit();
    return this.#book.read();
  }
}
