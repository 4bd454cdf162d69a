import type { OpenedInbox, OpenInbox } from "../../src/line/server/types.ts";
import type { Script, ScriptedSource } from "./scripted-source.ts";

/** Inboxes that keys open, as scripted; a key that opens nothing is answered in the same manner. */
export class ScriptedBoxes {
  readonly inboxes: ReadonlyMap<string, ScriptedSource>;
  readonly opener: Script;
  /** How many were opened, and have not been disposed of. */
  held = 0;
  readonly #keys: ReadonlyMap<string, string>;
  readonly #ends = new Map<string, Set<() => void>>();

  /** `keys`: which of `inboxes` each opens. */
  constructor(inboxes: ReadonlyMap<string, ScriptedSource>, keys: ReadonlyMap<string, string>, opener: Script) {
    this.inboxes = inboxes;
    this.#keys = keys;
    this.opener = opener;
  }

  readonly open: OpenInbox = (key) => {
    const asked = this.opener.run(`open ${key}`, () => {});
    return asked instanceof Promise ? asked.then(() => this.#opened(key)) : this.#opened(key);
  };

  /** Tells those who said `key` that it opens nothing any more. */
  end(key: string): void {
    for (const ended of this.#ends.get(key) ?? []) ended();
  }

  #opened(key: string): OpenedInbox | undefined {
    const inbox = this.inboxes.get(this.#keys.get(key) ?? "");
    if (inbox === undefined) return undefined;
    this.held += 1;
    const ends = this.#ends.get(key) ?? new Set();
    this.#ends.set(key, ends);
    return {
      id: inbox,
      unread: inbox.unread,
      fetch: (after) => inbox.fetch(after),
      subscribe: (ring, ended) => {
        const subscription = inbox.subscribe(ring);
        ends.add(ended);
        const letGo = (): void => {
          ends.delete(ended);
          subscription[Symbol.dispose]();
        };
        return { newest: subscription.newest, [Symbol.dispose]: letGo };
      },
      [Symbol.dispose]: () => void (this.held -= 1),
    };
  }
}
