import { INBOX } from "../../inbox.ts";
import { type Announced, announced, Announcer } from "./announcer.ts";
import type { OpenedInbox, OpenInbox } from "./opened-inbox.ts";

/** An inbox that some sessions have open: what it rings is encoded once for all of them. */
interface Shared {
  readonly entry: Announced;
  readonly announcer: Announcer;
  holders: number;
}

/** An inbox as one session has it. */
export interface Held extends Disposable {
  readonly inbox: OpenedInbox;
  readonly entry: Announced;
  readonly announcer: Announcer;
}

/** The inboxes that keys opened, for all sessions of a server. */
export class Inboxes {
  readonly open: OpenInbox;
  readonly wrongKeysMax: number;
  /** Their place in a session's list of what it has read: behind the sources that all have. A session has one at a time. */
  readonly #index: number;
  readonly #defer: (run: () => void) => void;
  readonly #shared = new Map<unknown, Shared>();
  /** Nothing is told any more, and nothing opened. */
  isStopped = false;

  constructor(open: OpenInbox, wrongKeysMax: number, index: number, defer: (run: () => void) => void) {
    this.open = open;
    this.wrongKeysMax = wrongKeysMax;
    this.#index = index;
    this.#defer = defer;
  }

  /** Inboxes that are open to some session. */
  get size(): number {
    return this.#shared.size;
  }

  /**
   * Holds `inbox` for a session until the disposal, and disposes of it then; `ended` is called if it ends before. One
   * that has ended by now, or that cannot be subscribed to, is disposed of at once.
   */
  hold(inbox: OpenedInbox, ended: () => void): Held | undefined {
    const { id = inbox } = inbox;
    const shared = this.#share(id);
    const { entry, announcer } = shared;
    const ring = (newest: number): void => {
      if (!this.isStopped) announcer.ring(entry, newest);
    };
    let state: "new" | "held" | "over" = "new";
    const letGo = (): void => {
      shared.holders -= 1;
      if (shared.holders === 0) this.#shared.delete(id);
      inbox[Symbol.dispose]();
    };
    try {
      const subscription = inbox.subscribe(ring, () => {
        const was = state;
        state = "over";
        if (was === "held") ended();
      });
      // Others may hold it since before, and have not heard of this number: it is news to them.
      announcer.ring(entry, subscription.newest);
      const release = (): void => {
        state = "over";
        subscription[Symbol.dispose]();
        letGo();
      };
      if ((state as "new" | "over") === "over") {
        release();
        return undefined;
      }
      state = "held";
      return { inbox, entry, announcer, [Symbol.dispose]: release };
    } catch (cause) {
      letGo();
      throw cause;
    }
  }

  /** Tells what rang so far, and nothing more. */
  stop(): void {
    this.isStopped = true;
    for (const { announcer } of this.#shared.values()) announcer.flush();
  }

  #share(id: unknown): Shared {
    let shared = this.#shared.get(id);
    if (shared === undefined) {
      shared = { entry: announced(INBOX, this.#index), announcer: new Announcer(this.#defer), holders: 0 };
      this.#shared.set(id, shared);
    }
    shared.holders += 1;
    return shared;
  }
}
