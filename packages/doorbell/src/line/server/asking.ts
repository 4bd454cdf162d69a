import { type Command, INBOX, isPlain, isProtocolLine } from "../codec.ts";
import type { Clock } from "../time.ts";
import { type Compat, error, type Offers, ok, unavailable } from "./commands.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import type { Inboxes } from "./inbox-keys.ts";
import type { Announced, Announcer, Reading, SourceEntry } from "./output.ts";
import type { CloseReason, Counters, Fetched, Limits, OpenedInbox, OpenInbox, Source } from "./types.ts";

/** Who asks: a session, that answers its client and then goes on to the next command. */
export interface Asker {
  /** Whether there still is a client to be told. */
  readonly isOpen: boolean;
  answer(line: string): void;
  goOn(): void;
}

/** Asks sources for one session, one question at a time; what they say may come at once, later, too late or never. */
export class Asking<Session> {
  readonly #host: SessionHost<Session>;
  readonly #reading: Reading;
  readonly #timers: Timers<Session>;
  readonly #asker: Asker;
  /** What is waited for. Anything else that comes is too late. */
  #awaited: Promise<unknown> | undefined;

  constructor(host: SessionHost<Session>, reading: Reading, timers: Timers<Session>, asker: Asker) {
    this.#host = host;
    this.#reading = reading;
    this.#timers = timers;
    this.#asker = asker;
  }

  get isWaiting(): boolean {
    return this.#awaited !== undefined;
  }

  /** Asks `source` for what this session has not read of `entry`. */
  fetch(entry: Announced, source: Pick<Source, "fetch">): void {
    let given: Fetched | Promise<Fetched>;
    try {
      given = source.fetch(this.#reading.upTo(entry));
      // What is there at once is answered without a function or a promise made for it: this is the most asked command.
      if (!isPromise(given)) return this.#asker.answer(this.#take(entry, given));
    } catch (cause) {
      return this.#refuse(cause, unavailable(entry.name));
    }
    this.#await(given, (fetched) => this.#asker.answer(this.#take(entry, fetched)), unavailable(entry.name));
  }

  post(text: string): void {
    const refusal = error("the ad could not be put on the board; try again");
    this.#ask(
      () => this.#host.post?.(text),
      () => this.#asker.answer(ok),
      refusal,
    );
  }

  /** Asks what `key` opens, and gives it to `opened`, who answers. What comes too late is disposed of. */
  open(open: OpenInbox, key: string, opened: (inbox: OpenedInbox | undefined) => void): void {
    this.#ask(
      () => open(key),
      opened,
      unavailable(INBOX),
      (late) => late?.[Symbol.dispose](),
    );
  }

  /** The time is up: the client is told so, and what comes later is discarded. It has not been read then. */
  giveUp(): void {
    this.#awaited = undefined;
    this.#failed(new Error("a source did not answer in time"));
    this.#asker.answer(error("no answer in time: it is not known whether it was done; try again"));
    this.#asker.goOn();
  }

  /** Nobody is there any more to be told. */
  forget(): void {
    this.#awaited = undefined;
  }

  /** Asks, and gives what comes to `came`, who answers; if it fails, or `came` does, the answer is `refusal`. */
  #ask<T>(ask: () => T | Promise<T>, came: (value: T) => void, refusal: string, tooLate?: (value: T) => void): void {
    try {
      const given = ask();
      if (isPromise(given)) this.#await(given, came, refusal, tooLate);
      else came(given);
    } catch (cause) {
      this.#refuse(cause, refusal);
    }
  }

  #await<T>(given: Promise<T>, came: (value: T) => void, refusal: string, tooLate?: (value: T) => void): void {
    // The call itself may have cut the client off.
    if (!this.#asker.isOpen) return void given.then(tooLate, () => {});
    this.#awaited = given;
    this.#timers.start("reply");
    const settled = (settle: () => void): void => {
      this.#awaited = undefined;
      this.#timers.cancel("reply");
      try {
        settle();
      } catch (cause) {
        this.#refuse(cause, refusal);
      }
      this.#asker.goOn();
    };
    given.then(
      (value) => (this.#awaited === given ? settled(() => came(value)) : tooLate?.(value)),
      (cause: unknown) => {
        if (this.#awaited === given) settled(() => this.#refuse(cause, refusal));
      },
    );
  }

  /** Marks an item as read, and gives its text; refuses a text that would break the protocol. */
  #take(entry: Announced, { text, sequence }: Fetched): string {
    const read = this.#reading.upTo(entry);
    if (!Number.isSafeInteger(sequence) || sequence < read)
      throw new Error(`source ${entry.name} gave item ${sequence} to a reader of item ${read}`);
    this.#reading.advance(entry, sequence);
    if (text !== entry.checked) {
      if (!isPlain(text) || isProtocolLine(text) || Buffer.byteLength(text) > this.#host.limits.lineBytesMax)
        throw new Error(`source ${entry.name}: item ${sequence} cannot be sent as one line`);
      entry.checked = text;
    }
    this.#host.counters.fetched += 1;
    return text;
  }

  #refuse(cause: unknown, refusal: string): void {
    this.#failed(cause);
    this.#asker.answer(refusal);
  }

  #failed(cause: unknown): void {
    this.#host.counters.failed += 1;
    this.#host.sourceFailed(cause);
  }
}

/** What all sessions of a server share, and what the server wants to hear of them. */
export interface SessionHost<Session> {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly announcer: Announcer;
  readonly sources: ReadonlyMap<string, SourceEntry>;
  /** What there is for a session that has said no key. */
  readonly offers: Offers;
  /** The commands that come all the time, parsed once. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly compat: Compat;
  readonly inboxes: Inboxes | undefined;
  readonly post: ((text: string) => void | Promise<void>) | undefined;
  readonly deadlines: Readonly<Record<Due, Deadlines<Session>>>;
  sessionClosed(session: Session, reason: CloseReason): void;
  sourceFailed(cause: unknown): void;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | undefined)?.then === "function";
}

/**
 * What can fall due for a session:
 * `idle`: the client has been silent in notification mode; `stall`: it reads nothing of what waits for it;
 * `linger`: it has not closed after the last line; `window`: the second is over in which it sent too many commands;
 * `reply`: a source has not answered.
 */
export type Due = "idle" | "stall" | "linger" | "window" | "reply";

/** One session's running deadlines, at most one of each kind. */
export class Timers<Item> {
  readonly #lists: Readonly<Record<Due, Deadlines<Item>>>;
  readonly #item: Item;
  /** Most sessions run one or none: a short list beats a field for each. */
  #running: { readonly due: Due; readonly deadline: Deadline<Item> }[] = [];

  constructor(lists: Readonly<Record<Due, Deadlines<Item>>>, item: Item) {
    this.#lists = lists;
    this.#item = item;
  }

  isRunning(due: Due): boolean {
    for (const timer of this.#running) if (timer.due === due) return true;
    return false;
  }

  /** Starts it, unless it runs. */
  start(due: Due): void {
    if (this.isRunning(due)) return;
    // Neither `push` nor a spread, which reserve room for sixteen more in every idle session.
    this.#running = this.#running.concat({ due, deadline: this.#lists[due].start(this.#item) });
  }

  /** Starts it anew, if it runs. */
  postpone(due: Due): void {
    for (const timer of this.#running) if (timer.due === due) this.#lists[due].postpone(timer.deadline);
  }

  cancel(due: Due): void {
    const at = this.#running.findIndex((timer) => timer.due === due);
    const [timer] = at === -1 ? [] : this.#running.splice(at, 1);
    if (timer !== undefined) this.#lists[due].cancel(timer.deadline);
  }

  cancelAll(): void {
    for (const { due, deadline } of this.#running.splice(0)) this.#lists[due].cancel(deadline);
  }
}
