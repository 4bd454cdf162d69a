import { INBOX, NO_INBOX } from "../../inbox.ts";
import type { Announced, Listener } from "./announcer.ts";
import { error, type Offers, ok, unavailable } from "./commands.ts";
import type { Held, Inboxes } from "./inboxes.ts";
import type { OpenedInbox } from "./opened-inbox.ts";
import type { Reading } from "./reading.ts";

/** Items that a key without a number finds unread, where the inbox does not say how many. */
const UNREAD = 1;

/** Who says keys: a session. */
export interface KeyHolder extends Listener {
  answer(line: string): void;
  announce(entries: readonly Announced[]): void;
  /** It said as many wrong ones as it may. */
  wrongKeys(): void;
  /** What its key opened is not open to it any more. */
  keyEnded(): void;
}

/** The keys that one session said: what the last right one opened, and how many were wrong. Most sessions have none. */
export class Keys implements Disposable {
  readonly #inboxes: Inboxes;
  readonly #reading: Reading;
  readonly #offers: Offers;
  readonly #holder: KeyHolder;
  #held: Held | undefined;
  /** How many keys opened nothing. */
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
    const held = inbox && this.#inboxes.hold(inbox, () => this.#ended());
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

  #ended(): void {
    this[Symbol.dispose]();
    this.#holder.keyEnded();
  }
}
