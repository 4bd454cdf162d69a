import type { Clock } from "../../clock.ts";
import type { LineError } from "../../errors.ts";
import { aborted } from "./abort.ts";
import type { Asked, Expects } from "./conversation.ts";

export interface CallOptions {
  /** Gives the call up. A command that was not sent yet is not sent; the answer of one that was is discarded. */
  readonly signal?: AbortSignal;
}

/** One command, from the call until its answer: it waits to be sent, then for the answer. */
export class Pending implements Asked {
  readonly line: string;
  readonly expects: Expects;
  /** Whether it is the client's own, and not a call of its user. */
  readonly own: boolean;
  readonly answer: Promise<string>;
  readonly #resolve: (text: string) => void;
  readonly #reject: (error: LineError) => void;
  readonly #clock: Clock;
  readonly #dueAt: number;
  #timer: { cancel(): void };
  /** The command that is sent in the same write, behind it. */
  behind: Pending | undefined;
  #unsubscribe = (): void => {};
  #discarded: ((text: string) => void) | undefined;

  /** `late` is called when there was no answer in time. */
  constructor(line: string, expects: Expects, deadlineMs: number, clock: Clock, own: boolean, late: () => void) {
    this.line = line;
    this.expects = expects;
    this.own = own;
    let resolve: (text: string) => void = () => {};
    let reject: (error: LineError) => void = () => {};
    this.answer = new Promise((resolved, rejected) => {
      resolve = resolved;
      reject = rejected;
    });
    this.#resolve = resolve;
    this.#reject = reject;
    this.#clock = clock;
    this.#dueAt = clock.now() + deadlineMs;
    this.#timer = clock.after(deadlineMs, late);
  }

  answered(text: string): void {
    this.#settle();
    this.#discarded?.(text);
    this.#resolve(text);
  }

  /** From here on the answer must come within `ms`, if it need not come sooner anyway; or `late` is called instead. */
  hurry(ms: number, late: () => void): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(Math.max(0, Math.min(ms, this.#dueAt - this.#clock.now())), late);
  }

  /** It will not be answered, nor will what is sent behind it. */
  lost(error: LineError): void {
    this.refused(error);
    this.behind?.lost(error);
  }

  refused(error: LineError): void {
    this.#settle();
    this.#reject(error);
  }

  /**
   * Gives the call up when `signal` says so. The deadline stays: a sent command's answer must still come, and
   * `discarded` hears it.
   */
  abortWith(signal: AbortSignal, given: (error: LineError) => void, discarded?: (text: string) => void): void {
    const abort = (): void => {
      this.#unsubscribe();
      this.#discarded = discarded;
      const error = aborted(signal);
      this.#reject(error);
      given(error);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    this.#unsubscribe = () => signal.removeEventListener("abort", abort);
  }

  /** After a call was given up this only ends its deadline: a promise is settled once. */
  #settle(): void {
    this.#timer.cancel();
    this.#unsubscribe();
  }
}
