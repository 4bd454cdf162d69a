import { isPlain, isProtocolLine } from "../../codec/index.ts";
import type { SourceEntry } from "./announcer.ts";
import { error, ok } from "./commands.ts";
import type { SessionHost } from "./host.ts";
import type { Reading } from "./reading.ts";
import type { Fetched } from "./source.ts";
import type { Timers } from "./timers.ts";

/** Who asks: a session, that answers its client and then goes on to the next command. */
export interface Asker {
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
    this.#ask(
      () => entry.source.fetch(this.#reading.upTo(entry)),
      (fetched) => this.#take(entry, fetched),
      error(`${entry.name} is not available now; try again`),
    );
  }

  post(text: string): void {
    this.#ask(
      () => this.#host.post?.(text),
      () => ok,
      error("the ad could not be put on the board; try again"),
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

  /** Answers with the line of what `call` gives, or with `refusal`. */
  #ask<T>(call: () => T | Promise<T>, line: (value: T) => string, refusal: string): void {
    const refuse = (cause: unknown): void => {
      this.#failed(cause);
      this.#asker.answer(refusal);
    };
    const reply = (value: T): void => {
      try {
        this.#asker.answer(line(value));
      } catch (cause) {
        refuse(cause);
      }
    };
    let given: T | Promise<T>;
    try {
      given = call();
    } catch (cause) {
      return refuse(cause);
    }
    if (!isPromise(given)) return reply(given);
    const awaited = given;
    this.#awaited = awaited;
    this.#timers.start("reply");
    const came = (say: () => void): void => {
      if (this.#awaited !== awaited) return;
      this.#awaited = undefined;
      this.#timers.cancel("reply");
      say();
      this.#asker.goOn();
    };
    awaited.then(
      (value) => came(() => reply(value)),
      (cause: unknown) => came(() => refuse(cause)),
    );
  }

  /** Marks an item as read, and gives its text; refuses a text that would break the protocol. */
  #take(entry: SourceEntry, { text, sequence }: Fetched): string {
    const read = this.#reading.upTo(entry);
    if (!Number.isSafeInteger(sequence) || sequence < read)
      throw new Error(`source ${entry.name} gave item ${sequence} to a reader of item ${read}`);
    this.#reading.advance(entry, sequence);
    if (!isPlain(text) || isProtocolLine(text) || Buffer.byteLength(text) > this.#host.limits.lineBytesMax)
      throw new Error(`source ${entry.name}: item ${sequence} cannot be sent as one line`);
    this.#host.counters.fetched += 1;
    return text;
  }

  #failed(cause: unknown): void {
    this.#host.counters.failed += 1;
    this.#host.sourceFailed(cause);
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | undefined)?.then === "function";
}
