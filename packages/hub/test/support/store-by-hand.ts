import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import type { BellLimits, Inbox, Retention } from "../../src/inbox/types.ts";
import { Database, GroupCommit, type Statement } from "../../src/store/database.ts";
import { Inboxes } from "../../src/store/inboxes.ts";
import { type Appended, defaultStoreLimits, type StoredBell } from "../../src/store/store.ts";
import { BookKeeper, migrate } from "../../src/store/table.ts";
import { StoreTime } from "../../src/store/time.ts";
import { Turns } from "../../src/store/turns.ts";
import { hashOf, limits, retention } from "./store-world.ts";

/** More than anything here takes that is not starved. */
const TURNS_MAX = 1_000;

/** Inboxes in memory whose turns a test gives one by one. Each look at the time within a turn takes a millisecond. */
export class StoreByHand implements Disposable {
  readonly clock: FakeClock = new FakeClock();
  readonly inboxes: Inboxes;
  readonly #database: Database = new Database(":memory:");
  readonly #rows: Statement;
  #next: (() => void) | undefined;
  #now = 0;
  /** Turns so far, and the most rows that one of them took away, or stored. */
  turns = 0;
  droppedMost = 0;
  storedMost = 0;

  constructor() {
    const database = this.#database;
    migrate(database, "the store in memory");
    const book = new BookKeeper(database);
    database.exec("BEGIN IMMEDIATE");
    book.begin(1, 0);
    database.commit();
    const turns = new Turns({
      write: (isOver) => commit.flush(isOver),
      later: (run) => void (this.#next = run),
      now: () => (this.#now += 1),
    });
    const commit: GroupCommit = new GroupCommit(database, {
      beforeCommit: () => {},
      afterCommit: () => {},
      onFailed: (cause) => {
        throw cause;
      },
      waits: () => turns.writes(),
      onTrouble: () => {},
    });
    const wallNow = (): number => this.clock.now();
    const time = new StoreTime({ database, clock: this.clock, wallNow, last: 0, log: () => {} });
    this.#rows = database.prepare("SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM repeats)");
    this.inboxes = new Inboxes({ database, book, commit, turns, time, limits: defaultStoreLimits });
  }

  /** Items and idempotency keys that are there, of whichever inbox. */
  get rows(): number {
    return Number(this.#rows.get()?.[0]);
  }

  /** Gives one turn, and lets those who waited for it go on; false if nothing waits for one. */
  async turn(): Promise<boolean> {
    const next = this.#next;
    if (next === undefined) return false;
    this.#next = undefined;
    const before = this.rows;
    next();
    this.turns += 1;
    const stored = this.rows - before;
    this.droppedMost = Math.max(this.droppedMost, -stored);
    this.storedMost = Math.max(this.storedMost, stored);
    await new Promise(setImmediate);
    return true;
  }

  /** Gives turns until this is done, and returns what it gives and how many turns that took. */
  async done<T>(work: Promise<T>): Promise<{ readonly value: T; readonly turns: number }> {
    const before = this.turns;
    let isOver = false;
    const over = (): void => void (isOver = true);
    work.then(over, over);
    await new Promise(setImmediate);
    while (!isOver && this.turns < before + TURNS_MAX && (await this.turn()));
    assert(isOver, `${this.turns - before} turns were not enough`);
    return { value: await work, turns: this.turns - before };
  }

  async inbox(name: string, kept: Partial<Retention> = {}): Promise<Inbox> {
    const keys = { readHash: hashOf(`read ${name}`), manageHash: hashOf(`manage ${name}`) };
    const made = this.inboxes.createInbox({ name, ...keys, retention: { ...retention, ...kept }, at: 0 });
    return (await this.done(made)).value;
  }

  async bell(inbox: number, label: string, own: Partial<BellLimits> = {}): Promise<StoredBell> {
    const made = this.inboxes.createBell(inbox, { ...limits, ...own, label, hash: hashOf(label), at: 0 });
    return (await this.done(made)).value;
  }

  ring({ id: bell, inbox }: StoredBell, text: string, key?: string): Promise<Appended> {
    const repeat = key !== undefined && { idempotency: { keyHash: hashOf(key), bodyHash: hashOf(text) } };
    return this.inboxes.append({ inbox, bell, id: randomUUID(), at: 0, publication: { text }, ...repeat });
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}
