import { INBOX, NO_INBOX } from "../codec.ts";
import { error, type Offers, ok, unavailable } from "./commands.ts";
import { type Announced, announced, Announcer, type Listener, type Reading } from "./output.ts";
import type { KeyEnd, OpenedInbox, OpenInbox } from "./types.ts";

/** Items that a key without a number finds unread, where the inbox does not say how many. */
const UNREAD = 1;

/** A session, as the one that says keys. */
export interface KeyHolder extends Listener {
  answer(line: string): void;
  announce(entries: readonly Announced[]): void;
  /** It said as many wrong ones as it may. */
  wrongKeys(): void;
  /** Hears that the inbox which its key opened is not open to it any more, and why if that is known. */
  keyEnded(why: KeyEnd | undefined): void;
}

/** The keys that one session said: what the last right one opened, and how many were wrong. Most sessions have none. */
export class Keys implements Disposable {
  readonly #inboxes: Inboxes;
  readonly #reading: Reading;
  readonly #offers: Offers;
  readonly #holder: KeyHolder;
  #held: Held | undefined;
  /** Counts the keys that opened nothing. */
  #wrong = 0;

  /** `offers`: what there is without a key. */
  constructor(inboxes: Inboxes, reading: Reading, offers: Offers, holder: KeyHolder) {
    this.#inboxes = inboxes;
    this.#reading = reading;
    this.#offers = { ...offers, sourceNames: [...offers.sourceNames, INBOX], inbox: "open" };
    this.#holder = holder;
  }

  /** What is open to this session. */
  get held(): Held | undefined {
    return this.#held;
  }

  /** What there is for this session, if a key is the reason. */
  get offers(): Offers | undefined {
    return this.#held && this.#offers;
  }

  /** Answers what a key opened, in the place of what another did; if it opened nothing, that stays. */
  said(inbox: OpenedInbox | undefined, after: number | undefined): void {
    if (this.#inboxes.isStopped) {
      inbox?.[Symbol.dispose]();
      return this.#holder.answer(unavailable(INBOX));
    }
    const held = inbox && this.#inboxes.hold(inbox, (why) => this.#ended(why));
    if (held === undefined) return this.#refuse();
    this[Symbol.dispose]();
    this.#held = held;
    const { entry, announcer } = held;
    this.#reading.begin(entry, after ?? Math.max(0, entry.newest - (held.inbox.unread ?? UNREAD)));
    this.#holder.answer(ok);
    // In notification mode it is as if it had been there when the mode was entered.
    if (!this.#reading.covers(entry)) return;
    announcer.add(this.#holder);
    if (entry.newest > this.#reading.upTo(entry)) this.#holder.announce([entry]);
  }

  /** Lets go of what is open. */
  [Symbol.dispose](): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    this.#reading.forget(held.entry);
    held.announcer.delete(this.#holder);
    held[Symbol.dispose]();
  }

  #refuse(): void {
    this.#wrong += 1;
    const isLast = this.#wrong >= this.#inboxes.wrongKeysMax;
    this.#holder.answer(error(isLast ? `${NO_INBOX}; there were too many wrong ones` : NO_INBOX));
    if (isLast) this.#holder.wrongKeys();
  }

  #ended(why: KeyEnd | undefined): void {
    this[Symbol.dispose]();
    this.#holder.keyEnded(why);
  }
}

/** An inbox as one session has it. */
interface Held extends Disposable {
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
  hold(inbox: OpenedInbox, ended: (why: KeyEnd | undefined) => void): Held | undefined {
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
      const subscription = inbox.subscribe(ring, (why) => {
        const was = state;
        state = "over";
        if (was === "held") ended(why);
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

/** An inbox that some sessions have open: what it rings is encoded once for all of them. */
interface Shared {
  readonly entry: Announced;
  readonly announcer: Announcer;
  holders: number;
}
