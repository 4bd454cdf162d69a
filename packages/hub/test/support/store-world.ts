import { createHash, randomUUID } from "node:crypto";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import type { BellLimits, Inbox, Publication, Retention } from "../../src/inbox/types.ts";
import { openStore, type StoreEvent, type StorePlace } from "../../src/store/sql-store.ts";
import type { Appended, Store, StoredBell } from "../../src/store/store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;

/** What nothing is pushed out by, unless a test says so. */
export const retention: Retention = { itemsMax: 100, ageMaxMs: null, bytesMax: 2 ** 20, whenFull: "dropOldest" };
export const limits: BellLimits = { perMinute: 60, bytesMax: 4_096, ringsMax: null, expiresAt: null };

export function hashOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/** A store with an inbox and a bell, and a clock that a test moves. It began on the morning of a day in 2026. */
export class StoreWorld implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock();
  readonly store: Store;
  /** The machine's clock says this. */
  wall: number;
  readonly events: StoreEvent[] = [];
  inbox!: Inbox;
  bell!: StoredBell;

  static async start({
    place = { memory: true },
    kept = {},
  }: { readonly place?: StorePlace; readonly kept?: Partial<Retention> } = {}): Promise<StoreWorld> {
    const world = new StoreWorld(place);
    world.inbox = await world.newInbox("me", kept);
    world.bell = await world.newBell("backup");
    return world;
  }

  /** One that is there, by a clock that says it is the same morning again, unless a test says otherwise. */
  static reopen(place: StorePlace, wall?: number): StoreWorld {
    return new StoreWorld(place, wall);
  }

  private constructor(place: StorePlace, wall: number = Date.UTC(2026, 0, 2, 8)) {
    this.wall = wall;
    const log = (event: StoreEvent): void => void this.events.push(event);
    this.store = openStore(place, { clock: this.clock, wallNow: () => this.wall, log });
  }

  newInbox(name: string, kept: Partial<Retention> = {}): Promise<Inbox> {
    const keys = { readHash: hashOf(`read ${name}`), manageHash: hashOf(`manage ${name}`) };
    return this.store.inboxes.createInbox({ name, ...keys, retention: { ...retention, ...kept }, at: this.wall });
  }

  newBell(label: string, own: Partial<BellLimits> = {}, inbox: number = this.inbox.id): Promise<StoredBell> {
    const hash = hashOf(`bell ${label}`);
    return this.store.inboxes.createBell(inbox, { ...limits, ...own, label, hash, at: this.wall });
  }

  ring(
    said: string | Publication,
    { bell = this.bell.id, key }: { readonly bell?: number; readonly key?: string } = {},
  ): Promise<Appended> {
    const publication = typeof said === "string" ? { text: said } : said;
    const idempotency =
      key === undefined ? {} : { idempotency: { keyHash: hashOf(key), bodyHash: hashOf(JSON.stringify(publication)) } };
    const inbox = this.store.inboxes.bell(bell)?.inbox ?? this.inbox.id;
    return this.store.inboxes.append({ inbox, bell, id: randomUUID(), at: this.wall, publication, ...idempotency });
  }

  /** The texts that are kept, the oldest first. */
  async texts(inbox: number = this.inbox.id): Promise<readonly string[]> {
    const texts: string[] = [];
    for (let after = 0; ;) {
      const { items, more } = await this.store.inboxes.page(inbox, { after, limit: 100 });
      texts.push(...items.map(({ text }) => text));
      if (!more) return texts;
      after = items.at(-1)?.sequence ?? after;
    }
  }

  /** Time passes, on the wall clock too. */
  pass(byMs: number): void {
    this.clock.advance(byMs);
    this.wall += byMs;
  }

  /** Time passes, and the store notes it now and then. */
  async live(byMs: number): Promise<void> {
    const stepMs = Math.max(60_000, byMs / 20);
    for (let left = byMs; left > 0; left -= stepMs) {
      this.pass(Math.min(stepMs, left));
      // Stored behind what the store noted.
      await this.store.sessions.delete(hashOf("nobody's"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }
}
