import { randomBytes } from "node:crypto";

import { RefusedError } from "../../src/inbox/rules.ts";
import type {
  Access,
  Bell,
  BellLimits,
  Inbox,
  Inboxes,
  InboxReader,
  Item,
  PageQuery,
  Publication,
  Retention,
  Rung,
} from "../../src/inbox/types.ts";

const limits: BellLimits = { perMinute: 60, bytesMax: 4_096, ringsMax: null, expiresAt: null };
const retention: Retention = { itemsMax: 10_000, ageMaxMs: null, bytesMax: 64 * 2 ** 20, whenFull: "dropOldest" };

type End = Awaited<InboxReader["ended"]>;

/** A mock of the inboxes that a door asks: one inbox and its bells, in memory, and no kernel behind. */
export class MockInboxes implements Inboxes {
  readonly token: string = secret("");
  readonly readingKey: string = secret("read_");
  readonly managingKey: string = secret("manage_");
  readonly ownerKey: string = secret("owner_");
  readonly items: Item[] = [];
  /** What was rung with, as the door handed it on. */
  readonly rung: { readonly publication: Publication; readonly key: string | undefined }[] = [];
  /** Every question that would have changed something. */
  readonly changes: string[] = [];
  /** What the next question of each name is refused with. */
  readonly refusals: Map<string, RefusedError> = new Map();
  /** The number of the oldest item that is still there. */
  oldest = 1;
  openReaders = 0;
  /** Until when opening takes. */
  opening: Promise<void> | undefined;
  /** How often somebody has begun to open. */
  asked = 0;
  pagesFail = false;
  /** The reason for which nothing can be stored. */
  cannotStore: string | undefined;
  /** Gives a page instead of the mock. */
  paging: ((query: PageQuery, signal: AbortSignal | undefined) => Promise<string>) | undefined;
  /** How many pages were asked for. */
  pages = 0;
  readonly #listeners = new Set<(newest: number) => void>();
  readonly #sessions = new Set<string>();
  readonly #ends = new Set<(why: End) => void>();
  #bell: Bell = {
    ...limits,
    id: 1,
    label: "test",
    state: "active",
    createdAt: 0,
    rings: 0,
    refused: 0,
    lastRangAt: null,
  };

  get newest(): number {
    return this.items.length;
  }

  /** Adds an item as if a bell had been rung. */
  add(text: string): void {
    const sequence = this.newest + 1;
    this.items.push({
      sequence,
      id: `i${sequence}`,
      at: 0,
      bell: { id: 1, label: "test" },
      text,
      priority: 3,
      tags: [],
    });
    for (const listener of this.#listeners) listener(sequence);
  }

  /** The keys stop to open it. */
  endAccess(why: End = "renewed"): void {
    for (const end of this.#ends) end(why);
  }

  async ring(token: string, publication: Publication, key?: string): Promise<Rung> {
    this.#mayFail("ring");
    if (token !== this.token) throw new RefusedError({ code: "UnknownBell", message: "no bell has that address" });
    this.changes.push("ring");
    const isRepeat = key !== undefined && this.rung.some((each) => each.key === key);
    if (!isRepeat) {
      this.rung.push({ publication, key });
      this.add(publication.text);
    }
    return { id: "mock", at: 1_000, isRepeat };
  }

  async open(access: Access): Promise<InboxReader> {
    this.#mayFail("open");
    this.#check(access.credential, this.readingKey);
    this.asked += 1;
    await this.opening;
    this.openReaders += 1;
    const listeners = new Set<(newest: number) => void>();
    let end = (_why: End): void => {};
    const ended = new Promise<End>((resolve) => (end = resolve));
    this.#ends.add(end);
    return {
      id: 1,
      name: "me",
      ended,
      newest: this.newest,
      subscribe: (ring) => {
        listeners.add(ring);
        this.#listeners.add(ring);
        return {
          newest: this.newest,
          [Symbol.dispose]: () => {
            listeners.delete(ring);
            this.#listeners.delete(ring);
          },
        };
      },
      latest: async () => (JSON.parse(this.#page({ limit: 1 })) as { readonly newest: number }).newest,
      fetch: async (after) => {
        const { items } = JSON.parse(this.#page({ after, limit: 1 })) as { readonly items: readonly Item[] };
        const [item] = items;
        return item === undefined
          ? { text: "", sequence: after }
          : { text: JSON.stringify(item), sequence: item.sequence };
      },
      page: async (query, signal) => this.paging?.(query, signal) ?? this.#page(query),
      [Symbol.dispose]: () => {
        this.openReaders -= 1;
        this.#ends.delete(end);
        for (const listener of listeners) this.#listeners.delete(listener);
      },
    };
  }

  async inboxes(credential: string): Promise<readonly Inbox[]> {
    this.#check(credential);
    return [this.#inbox()];
  }
  async createInbox(credential: string): Promise<{ inbox: Inbox; readingKey: string; managingKey: string }> {
    this.#check(credential);
    this.changes.push("createInbox");
    return { inbox: this.#inbox(), readingKey: this.readingKey, managingKey: this.managingKey };
  }
  async changeInbox({ credential }: Access, change: object): Promise<Inbox> {
    this.#check(credential, this.managingKey);
    if (Object.keys(change).length > 0) this.changes.push("changeInbox");
    return this.#inbox();
  }
  async deleteInbox({ credential }: Access): Promise<void> {
    this.#check(credential);
    this.changes.push("deleteInbox");
  }
  async renewKey({ credential }: Access): Promise<string> {
    this.#check(credential, this.managingKey);
    this.changes.push("renewKey");
    return secret("read_");
  }
  async bells({ credential }: Access): Promise<readonly Bell[]> {
    this.#check(credential, this.managingKey);
    return [this.#bell];
  }
  async createBell({ credential }: Access, bell: Partial<Bell>): Promise<{ bell: Bell; token: string }> {
    this.#check(credential, this.managingKey);
    this.changes.push("createBell");
    this.#bell = { ...this.#bell, ...bell };
    return { bell: this.#bell, token: this.token };
  }
  async bell({ credential }: Access, id: number): Promise<Bell & { ringsByHour: [] }> {
    this.#check(credential, this.managingKey);
    if (id !== 1) throw new RefusedError({ code: "NotFound", message: "there is no such bell" });
    return { ...this.#bell, ringsByHour: [] };
  }
  async changeBell({ credential }: Access, _id: number, change: Partial<Bell>): Promise<Bell> {
    this.#check(credential, this.managingKey);
    this.changes.push("changeBell");
    this.#bell = { ...this.#bell, ...change };
    return this.#bell;
  }
  async revokeBell({ credential }: Access): Promise<void> {
    this.#check(credential, this.managingKey);
    this.changes.push("revokeBell");
  }
  async openSession(ownerKey: string): Promise<string> {
    this.#check(ownerKey);
    const session = secret("session_");
    this.#sessions.add(session);
    return session;
  }
  async trouble(): Promise<string | undefined> {
    this.#mayFail("trouble");
    return this.cannotStore;
  }

  async isSession(token: string): Promise<boolean> {
    this.#mayFail("isSession");
    return this.#sessions.has(token);
  }
  async closeSession(token: string): Promise<void> {
    this.#sessions.delete(token);
  }

  #check(credential: string, ...keys: readonly string[]): void {
    if ([...keys, this.ownerKey, ...this.#sessions].includes(credential)) return;
    throw new RefusedError({ code: "AccessDenied", message: "that key opens nothing here" });
  }

  #mayFail(question: string): void {
    const refusal = this.refusals.get(question);
    if (refusal !== undefined) throw refusal;
  }

  #inbox(): Inbox {
    return { id: 1, name: "me", createdAt: 0, retention, newest: this.newest, oldest: this.oldest, bytes: 0, bells: 1 };
  }

  #page({ after, before, limit = 50 }: PageQuery): string {
    this.pages += 1;
    if (this.pagesFail) throw new RefusedError({ code: "StoreFailed", message: "mock: no pages now" });
    const there = this.items.slice(this.oldest - 1);
    const wanted =
      after !== undefined
        ? there.filter(({ sequence }) => sequence > after)
        : there.filter(({ sequence }) => before === undefined || sequence < before).toReversed();
    const items = wanted.slice(0, limit);
    return JSON.stringify({ items, more: wanted.length > items.length, newest: this.newest, oldest: this.oldest });
  }
}

function secret(prefix: string): string {
  return prefix + randomBytes(24).toString("base64url");
}
