import { isPlain, isProtocolLine } from "../../codec/index.ts";
import type { SourceEntry } from "./announcer.ts";
import { error, ok } from "./commands.ts";
import type { SessionHost } from "./host.ts";
import type { Reading } from "./reading.ts";
import type { Fetched } from "./source.ts";
import type { Timers } from "./timers.ts";

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

  fetch(entry: SourceEntry): void {
    let given: Fetched | Promise<Fetched>;
    try {
      given = entry.source.fetch(this.#reading.upTo(entry));
      // What is there at once is answered without a function or a promise made for it: this is the most asked command.
      if (!isPromise(given)) return this.#asker.answer(this.#take(entry, given));
    } catch (cause) {
      return this.#refuse(cause, unavailable(entry));
    }
    this.#await(given, (fetched) => this.#take(entry, fetched), unavailable(entry));
  }

  post(text: string): void {
    const refusal = error("the ad could not be put on the board; try again");
    let given: void | Promise<void>;
    try {
      given = this.#host.post?.(text);
    } catch (cause) {
      return this.#refuse(cause, refusal);
    }
    if (isPromise(given)) this.#await(given, () => ok, refusal);
    else this.#asker.answer(ok);
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

  /** Answers with the line of what is to come, or with `refusal`. */
  #await<T>(given: Promise<T>, line: (value: T) => string, refusal: string): void {
    // The call itself may have cut the client off.
    if (!this.#asker.isOpen) return void given.then(undefined, () => {});
    this.#awaited = given;
    this.#timers.start("reply");
    const came = (reply: () => string): void => {
      if (this.#awaited !== given) return;
      this.#awaited = undefined;
      this.#timers.cancel("reply");
      try {
        this.#asker.answer(reply());
      } catch (cause) {
        this.#refuse(cause, refusal);
      }
      this.#asker.goOn();
    };
    given.then(
      (value) => came(() => line(value)),
      (cause: unknown) =>
        came(() => {
          throw cause;
        }),
    );
  }

  /** Marks an item as read, and gives its text; refuses a text that would break the protocol. */
  #take(entry: SourceEntry, { text, sequence }: Fetched): string {
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

function unavailable({ name }: SourceEntry): string {
  return `error: ${name} is not available now; try again`;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | undefined)?.then === "function";
}
