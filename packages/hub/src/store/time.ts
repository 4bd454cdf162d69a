/** The times of a store: by its own items grow old, by the other what has an end ends. Neither trusts the machine's clock blindly. */

import type { Clock } from "../time.ts";
import type { Database } from "./database.ts";
import { Table } from "./table.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A machine may have been off for so long without a question. */
const CREDIBLE_MS = 24 * HOUR_MS;
/** A clock that says something incredible is believed when it has been steady for so long. */
const STEADY_MS = 6 * HOUR_MS;

interface StoreTimeOptions {
  readonly database: Database;
  /** Time that passes. */
  readonly clock: Clock;
  /** The machine's clock: milliseconds since 1970. It may be wrong, and jump. */
  readonly wallNow: () => number;
  /** The store's own time at the last transaction. */
  readonly last: number;
  readonly log: (event: ClockEvent) => void;
}

/** News of the machine's clock for the operator. */
export type ClockEvent =
  /** It says that so many milliseconds are missing, or are too many if negative: nothing grows older by them before it is believed. */
  | { readonly type: "clockStrange"; readonly gapMs: number }
  /** It has been steady for long, and is believed; or it says again what was expected. */
  | { readonly type: "clockBelieved" };

/**
 * The store's own time, by which items grow old, counts what the hub has lived through, and for how long it was off. It goes on
 * from where it was, and never jumps: a machine's clock that jumps while the hub runs changes nothing of it. How long the hub was
 * off only that clock can tell: up to a day is believed at once. More is noted as a gap when the clock has been steady for six hours;
 * until then nothing is older by it. So a wrong clock deletes nothing.
 */
export class StoreTime {
  readonly #options: StoreTimeOptions;
  readonly #table: Table<ClockRow>;
  readonly #gapTable: Table<GapRow>;
  /** The own time minus the clock's. */
  readonly #own: number;
  /** The machine's clock, as far as it is believed, minus the clock's. */
  #wall: number;
  /** The latest time that was believed: everything that ends by it has ended. */
  #high: number;
  /** Items are taken for not older than this. */
  readonly #floor: number;
  /** The newest first. */
  readonly #gaps: GapRow[];
  #doubt: Doubt | undefined;

  /** Notes nothing yet: see {@link note}. */
  constructor(options: StoreTimeOptions) {
    const { database, clock, wallNow, last, log } = options;
    this.#options = options;
    this.#table = new Table<ClockRow>(database, {
      name: "clock",
      columns: { id: "number", own: "number", wall: "number", high: "number", floor: "number" },
      keys: 1,
    });
    this.#gapTable = new Table<GapRow>(database, { name: "gaps", columns: { at: "number", ms: "number" }, keys: 1 });
    this.#gaps = [...this.#gapTable.query("ORDER BY at DESC").all()];
    const row = this.#table.get(1);
    const [now, wall] = [clock.now(), wallNow()];
    // Transactions may have been made since the times were noted.
    const since = row === undefined ? 0 : Math.max(0, last - row.own);
    const own = row === undefined ? last : row.own + since;
    const expected = row === undefined ? last : row.wall + since;
    const gapMs = wall - expected;
    const isCredible = Math.abs(gapMs) <= CREDIBLE_MS;
    // What is stored from now on is later than the gap, if that is to be one.
    this.#own = own + (isCredible ? Math.max(0, gapMs) : 1) - now;
    this.#wall = (isCredible ? wall : expected) - now;
    this.#high = Math.max(row?.high ?? expected, isCredible ? wall : expected);
    // A store of before, whose clock may have been wrong as it noted when items came.
    this.#floor = row?.floor ?? (isCredible ? 0 : own);
    if (isCredible) return;
    this.#doubt = { at: own, wasOff: true, since: now, offset: wall - now };
    log({ type: "clockStrange", gapMs });
  }

  /** The own time: milliseconds, of which only differences mean something. */
  now(): number {
    return Math.floor(this.#options.clock.now() + this.#own);
  }

  /**
   * By this what has an end has ended: the machine's clock, milliseconds since 1970, but no earlier than what was believed once. So
   * nothing begins anew because a clock goes back.
   */
  wall(): number {
    const { clock, wallNow } = this.#options;
    return Math.max(wallNow(), this.#high, Math.floor(clock.now() + this.#wall));
  }

  /** Returns the own time up to which everything that was stored is so old, or older. */
  before(ageMs: number): number {
    let stored = this.now() - ageMs;
    // What was stored up to a gap is older by it.
    for (const { at, ms } of this.#gaps) if (at >= stored) stored = Math.min(at, stored + ms);
    return stored < this.#floor ? -Infinity : stored;
  }

  /** Looks at the machine's clock, and notes the times, within a transaction of the caller's. It is to be called every minute. */
  note(): void {
    const { clock, wallNow, log } = this.#options;
    const now = clock.now();
    const offset = wallNow() - now;
    const gapMs = offset - this.#wall;
    const isCredible = Math.abs(gapMs) <= CREDIBLE_MS;
    if (this.#doubt === undefined && !isCredible) {
      this.#doubt = { at: this.now(), wasOff: false, since: now, offset };
      log({ type: "clockStrange", gapMs });
    } else if (this.#doubt !== undefined) {
      if (Math.abs(offset - this.#doubt.offset) > MINUTE_MS) this.#doubt = { ...this.#doubt, since: now, offset };
      if (isCredible || now - this.#doubt.since >= STEADY_MS) this.#believe(this.#doubt, offset);
    } else this.#wall = offset;
    this.#high = Math.max(this.#high, Math.floor(now + this.#wall));
    const row = { id: 1, own: this.now(), wall: Math.floor(now + this.#wall), high: this.#high, floor: this.#floor };
    if (this.#table.get(1) === undefined) this.#table.insert(row);
    else this.#table.update(row);
  }

  /** The machine's clock is right, after all: so long was the hub off. */
  #believe({ at, wasOff }: Doubt, offset: number): void {
    const ms = Math.floor(offset - this.#wall);
    if (wasOff && ms > 0) {
      this.#gapTable.delete(at);
      this.#gapTable.insert({ at, ms });
      this.#gaps.unshift({ at, ms });
    }
    this.#wall = offset;
    // It was ahead once, and was believed: what it made end stays so, and nothing else ends by it any more.
    if (ms < -CREDIBLE_MS) this.#high = Math.floor(this.#options.clock.now() + offset);
    this.#doubt = undefined;
    this.#options.log({ type: "clockBelieved" });
  }
}

interface ClockRow {
  readonly id: number;
  /** The own time, as the machine's clock was, or was believed to be, `wall`. */
  readonly own: number;
  readonly wall: number;
  readonly high: number;
  readonly floor: number;
}

/** A time for which the hub was off before it went on at an own time. */
interface GapRow {
  readonly at: number;
  readonly ms: number;
}

/** The machine's clock says something incredible. */
interface Doubt {
  /** The own time at which it began. */
  readonly at: number;
  /** It began with a start of the hub, which may have been off for as long as the clock says. */
  readonly wasOff: boolean;
  /** Since when the clock has been steady, and its distance from what passes. */
  readonly since: number;
  readonly offset: number;
}
