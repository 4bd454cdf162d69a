import { MemorySource } from "../../src/line/server/memory-source.ts";
import type { KeyEnd, OpenedInbox } from "../../src/line/server/types.ts";

/** Inboxes in memory, by key; it is known how often each is open and subscribed to. */
export class MemoryInboxes {
  readonly #inboxes = new Map<string, { readonly source: MemorySource; readonly id: string }>();
  readonly #ends = new Map<string, Set<(why?: KeyEnd) => void>>();
  /** Inboxes that are open to a session, and have not been disposed of. */
  opened = 0;
  subscribed = 0;
  /** Keys that were asked for. */
  readonly asked: string[] = [];

  /** An inbox that these keys open. */
  add(...keys: readonly string[]): MemorySource {
    const source = new MemorySource({ keep: 10_000 });
    for (const key of keys) this.#inboxes.set(key, { source, id: keys.join() });
    return source;
  }

  /** `key` opens nothing any more. */
  end(key: string, why?: KeyEnd): void {
    this.#inboxes.delete(key);
    for (const ended of this.#ends.get(key) ?? []) ended(why);
  }

  readonly open = (key: string): OpenedInbox | undefined => {
    this.asked.push(key);
    const inbox = this.#inboxes.get(key);
    if (inbox === undefined) return undefined;
    const { source, id } = inbox;
    this.opened += 1;
    const ends = this.#ends.get(key) ?? new Set();
    this.#ends.set(key, ends);
    return {
      id,
      unread: 100,
      fetch: (after) => source.fetch(after),
      subscribe: (ring, ended) => {
        const subscription = source.subscribe(ring);
        this.subscribed += 1;
        ends.add(ended);
        return {
          newest: subscription.newest,
          [Symbol.dispose]: () => {
            this.subscribed -= 1;
            ends.delete(ended);
            subscription[Symbol.dispose]();
          },
        };
      },
      [Symbol.dispose]: () => void (this.opened -= 1),
    };
  };
}
