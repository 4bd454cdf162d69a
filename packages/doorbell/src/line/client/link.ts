import { HALF_LINE, parseReply, type Reply } from "../codec.ts";
import { LineError } from "../errors.ts";
import { LineSplitter } from "../splitter.ts";
import type { Backoff, Clock } from "../time.ts";

interface LinkOptions {
  readonly dial: Dial;
  readonly clock: Clock;
  /** `undefined`: a lost connection is the link's end. */
  readonly backoff: Backoff | undefined;
  /** Milliseconds from a call until its answer. */
  readonly deadlineMs: number;
  /** Whether a command waits for the one before, or is refused. */
  readonly burst: "queue" | "refuse";
  readonly events: LinkEvents;
}

/** What a link tells. */
interface LinkEvents {
  /** Connected, for the first time or anew. Nothing has been sent yet: what is asked now goes first. */
  connected(): void;
  /**
   * The connection is lost, or (`wasOpen` is false) an attempt failed to make one; `reconnects` says whether another is
   * tried.
   */
  disconnected(cause: LineError, reconnects: boolean, wasOpen: boolean): void;
  notified(source: string): void;
  ignored(): void;
}

/** Once a line came that can only be a greeting, the answer follows at once: a server greets before it is asked. */
const GREETED_MS = 2_000;

/**
 * Commands to a server and their answers, one at a time and in order, over one connection after another. No I/O.
 *
 * | event | dialing | open | waiting | closed |
 * |---|---|---|---|---|
 * | opened | open, send | | | destroy |
 * | received | | lines | | |
 * | closed | wait, or end | reject what was sent, wait or end | | |
 * | a command | queue | queue, send | queue | `ClientClosed` |
 * | an answer out of step, or late | | reject, destroy | | |
 * | backoff over | | | dial | |
 * | close | destroy, end | destroy, end | end | |
 */
export class Link {
  readonly #options: LinkOptions;
  #state: State = "dialing";
  #wire: Pick<Wire, "destroy"> | undefined;
  #write: (text: string) => void = () => {};
  #conversation: Conversation | undefined;
  #sent: Pending | undefined;
  readonly #queue: Pending[] = [];
  #cause: LineError | undefined;
  /** The last that the server said: if it is an error and the server closes then, this is why. */
  #lastWords = "";
  #retry: { cancel(): void } | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#dial();
  }

  /**
   * The link's loop, a connection a turn: dials; once it is open, sends the commands that wait, one at a time. For each
   * line: the conversation tells an answer from a notification, and an answered command makes room for the next. What
   * makes no sense, or comes too late, drops the connection. When that is lost, what was sent is rejected, what its user
   * asked waits, and `#lost` dials again after the backoff; without one the link ends.
   */
  #dial(): void {
    this.#state = "dialing";
    this.#cause = undefined;
    this.#lastWords = "";
    const splitter = new LineSplitter();
    const conversation = new Conversation({
      notified: (source) => this.#options.events.notified(source),
      ignored: () => this.#options.events.ignored(),
      greeted: (error) => this.#sent?.hurry(GREETED_MS, () => this.drop(error)),
      outOfStep: (error) => this.drop(error),
    });
    let over = false;
    const events: WireEvents = {
      opened: (wire) => {
        if (this.#state !== "dialing") return wire.destroy();
        this.#state = "open";
        this.#wire = wire;
        this.#write = (text) => wire.write(text);
        this.#conversation = conversation;
        this.#options.events.connected();
        this.#sendNext();
      },
      received: (chunk) => {
        splitter.push(chunk);
        // What follows a line that ends the connection is not looked at any more.
        for (let line = splitter.next(); line !== undefined && !this.#isLost; line = splitter.next())
          if (typeof line === "string") this.#line(conversation, line);
          else this.drop(line);
      },
      closed: (cause) => {
        if (over) return;
        over = true;
        this.#lost(cause);
      },
    };
    this.#wire = this.#options.dial(events);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /**
   * Sends `line` when its turn has come, and gives the answer.
   *
   * @throws LineError
   */
  command(line: string, expects: Expects, options: CommandOptions = {}): Promise<string> {
    const { signal, own = false, isFirst = false, discarded } = options;
    if (this.#state === "closed") return Promise.reject(this.#closedError());
    if (!own && this.#options.burst === "refuse" && [this.#sent, ...this.#queue].some((other) => other?.own === false))
      return Promise.reject(new LineError("Busy", "another command waits for its answer: await it first"));
    const pending = this.#pending(line, expects, own);
    if (isFirst) this.#queue.unshift(pending);
    else this.#queue.push(pending);
    if (signal !== undefined) pending.abortWith(signal, (error) => this.#forget(pending, error), discarded);
    this.#sendNext();
    return pending.answer;
  }

  /** Sends two lines of the client's own in one write, when their turn has come, and gives the answer to each. */
  pair(first: string, second: string): readonly [Promise<string>, Promise<string>] {
    if (this.#state === "closed") return [Promise.reject(this.#closedError()), Promise.reject(this.#closedError())];
    const pending = this.#pending(first, "ok", true);
    pending.behind = this.#pending(second, "ok", true);
    this.#queue.push(pending);
    this.#sendNext();
    return [pending.answer, pending.behind.answer];
  }

  /** Drops this connection, as if it had been lost. */
  drop(cause: LineError): void {
    this.#cause ??= loss(cause);
    this.#wire?.destroy();
  }

  /** Ends the link. What waits is rejected with `ClientClosed`. */
  close(): void {
    this.#close(new LineError("ClientClosed", "the client was closed"));
  }

  /** Ends the link, as there is no use in another connection. What waits is rejected with `cause`. */
  fail(cause: LineError): void {
    const wasOpen = this.isOpen;
    if (this.#close(cause)) this.#options.events.disconnected(cause, false, wasOpen);
  }

  #close(cause: LineError): boolean {
    if (this.#state === "closed") return false;
    const wire = this.#wire;
    this.#end(cause);
    wire?.destroy();
    return true;
  }

  get #isLost(): boolean {
    return this.#state !== "open" || this.#cause !== undefined;
  }

  #line(conversation: Conversation, line: string): void {
    this.#lastWords = line;
    conversation.line(line);
    if (conversation.isWaiting || this.#sent === undefined) return;
    const { behind } = this.#sent;
    this.#sent = behind;
    if (behind !== undefined) conversation.ask(behind);
    // A server that is full, or stopping, says so and closes: it is not to be asked again at once.
    if (!line.startsWith("error:")) this.#options.backoff?.reset();
    this.#sendNext();
  }

  #sendNext(): void {
    if (this.#state !== "open" || this.#sent !== undefined || this.#cause !== undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#sent = next;
    this.#conversation?.ask(next);
    this.#write(next.behind === undefined ? `${next.line}\r\n` : `${next.line}\r\n${next.behind.line}\r\n`);
  }

  #pending(line: string, expects: Expects, own: boolean): Pending {
    const { deadlineMs, clock } = this.#options;
    const pending: Pending = new Pending(line, expects, deadlineMs, clock, own, () => this.#late(pending));
    return pending;
  }

  /** A call that was given up before it was sent is not sent. One that was sent stays until its answer has come. */
  #forget(pending: Pending, error: LineError): void {
    const at = this.#queue.indexOf(pending);
    if (at !== -1) this.#queue.splice(at, 1)[0]?.lost(error);
  }

  /** No answer in time: one that came later could not be told from the next one's, so the connection goes. */
  #late(pending: Pending): void {
    const error = new LineError("TimedOut", `no answer to "${verb(pending.line)}" in time`);
    this.#forget(pending, error);
    pending.refused(error);
    if (pending === this.#sent) this.drop(error);
  }

  #lost(cause: Error | undefined): void {
    if (this.#state === "closed") return;
    const { backoff, clock, events } = this.#options;
    const error =
      this.#cause ??
      // A server that refuses and closes resets the connection if the next command was on its way: the refusal is why.
      new LineError("Disconnected", "the connection was lost", { cause: refusalIn(this.#lastWords) ?? cause });
    this.#wire = undefined;
    const sent = this.#sent;
    this.#sent = undefined;
    sent?.lost(error);
    // The client's own commands were about this connection; what its user asked waits for the next one.
    for (const own of this.#queue.filter((pending) => pending.own)) this.#forget(own, error);
    const wasOpen = this.isOpen;
    if (backoff === undefined) {
      this.#end(error);
      return events.disconnected(error, false, wasOpen);
    }
    this.#state = "waiting";
    // Between two connections nothing else keeps a program alive that waits for what the next one brings.
    this.#retry = clock.after(backoff.next(), () => this.#dial(), { keepsAlive: true });
    events.disconnected(error, true, wasOpen);
  }

  #end(error: LineError): void {
    this.#state = "closed";
    this.#cause = error;
    this.#wire = undefined;
    this.#retry?.cancel();
    this.#sent?.lost(error);
    for (const pending of this.#queue.splice(0)) pending.lost(error);
    this.#sent = undefined;
  }

  #closedError(): LineError {
    return this.#cause ?? new LineError("ClientClosed", "the client was closed");
  }
}

/** `dialing`: a connection is on its way. `waiting`: for the next attempt. */
type State = "dialing" | "open" | "waiting" | "closed";

/** Begins to connect. Whoever dials decides how long it may take; `destroy` gives it up. */
export type Dial = (events: WireEvents) => Pick<Wire, "destroy">;

/** A connection to a server, as the core sees it. It is told of what comes by `received` and `closed`. */
export interface Wire {
  write(text: string): void;
  /** Drops the connection. `closed` follows. */
  destroy(): void;
}

/** What a wire tells. */
export interface WireEvents {
  opened(wire: Wire): void;
  received(chunk: Uint8Array): void;
  /** The connection ended, or never came to be. Once, and last. */
  closed(cause: Error | undefined): void;
}

/** What kind of line can answer a command; `"line"`: any. */
export type Expects = "number" | "text" | "ok" | "line";

interface CommandOptions extends CallOptions {
  /** It is the client's own, not a call of its user: a burst of them is never refused. @default false */
  readonly own?: boolean;
  /** It goes before what waits. @default false */
  readonly isFirst?: boolean;
  /** Hears the answer when the call was given up: an item that was given is gone from the server. */
  readonly discarded?: (answer: string) => void;
}

export interface CallOptions {
  /** Gives the call up. A command that was not sent yet is not sent; the answer of one that was is discarded. */
  readonly signal?: AbortSignal;
}

/**
 * Tells the lines of one connection apart: answers, notifications, and what nobody asked for.
 *
 * Answers have no tags. The one check there is, is whether a line can answer the command that waits; if it cannot, an
 * answer was lost or given twice, and every later one would go to the wrong call. One such line is forgiven before the
 * first answer, if it can be a greeting: the protocol's own words and digits are none.
 */
export class Conversation {
  readonly #events: ConversationEvents;
  #asked: Asked | undefined;
  #greeted = false;

  constructor(events: ConversationEvents) {
    this.#events = events;
  }

  get isWaiting(): boolean {
    return this.#asked !== undefined;
  }

  /** `asked` has just been sent: the next answer is its own. */
  ask(asked: Asked): void {
    this.#asked = asked;
  }

  line(line: string): void {
    const reply = parseReply(line);
    if (reply.kind === "notification") return this.#events.notified(reply.source);
    const asked = this.#asked;
    if (reply.kind === "malformed" || asked === undefined) return this.#events.ignored();
    if (!canAnswer(reply, asked.expects)) return this.#mismatch(line, asked);
    this.#greeted = true;
    if (reply.kind === "error" && reply.message.startsWith(HALF_LINE))
      return this.#events.outOfStep(new LineError("Disconnected", "the connection was cut within a command"));
    this.#asked = undefined;
    if (reply.kind === "error") asked.refused(refusal(reply.message));
    else if (asked.expects === "number") answerNumber(line, asked);
    else asked.answered(line);
  }

  #mismatch(line: string, { expects }: Asked): void {
    const got = line === "OK" ? "OK" : /^\d+\s*$/.test(line) ? "a number" : "a text";
    const error = new LineError("OutOfStep", `expected ${wanted[expects]}, the server said ${got}`);
    if (this.#greeted || got !== "a text" || /^(OK\s*$|error:)/i.test(line)) return this.#events.outOfStep(error);
    this.#greeted = true;
    this.#events.ignored();
    this.#events.greeted(error);
  }
}

/** What a conversation tells. */
interface ConversationEvents {
  notified(source: string): void;
  /** A line that nobody asked for, or that is malformed. */
  ignored(): void;
  /** A line came that may be a greeting: if it was none, and no answer follows it soon, this is what is wrong. */
  greeted(error: LineError): void;
  /** An answer came that cannot be one to the command that waits: from here on nothing can be told apart. */
  outOfStep(error: LineError): void;
}

/** A command that is waiting for its answer. */
interface Asked {
  readonly expects: Expects;
  answered(text: string): void;
  refused(error: LineError): void;
}

function canAnswer(reply: Reply, expects: Expects): boolean {
  if (reply.kind === "error" || expects === "line") return true;
  if (reply.kind === "ok" || expects === "ok") return reply.kind === "ok" && expects === "ok";
  // Nothing at all: there is no number yet.
  return expects === "text" || (reply.kind === "text" && /^(\d+[ \t]*)?$/.test(reply.text));
}

const wanted: Readonly<Record<Expects, string>> = { number: "a number", text: "an item", ok: "OK", line: "an answer" };

function answerNumber(line: string, asked: Asked): void {
  if (Number(line) <= Number.MAX_SAFE_INTEGER) asked.answered(line.trimEnd());
  else asked.refused(new LineError("BadAnswer", "the server gave a number that is beyond 2^53-1"));
}

function refusal(message: string): LineError {
  return new LineError("Refused", `the server answered: ${spellOut(message)}`);
}

/** The error that a line says, if it says one. */
function refusalIn(line: string): LineError | undefined {
  const reply = parseReply(line);
  return reply.kind === "error" ? refusal(reply.message) : undefined;
}

/** `text` with its control characters spelled out: what another said, in a message that a terminal may show. */
function spellOut(text: string): string {
  return text.replace(control, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/** One command, from the call until its answer: it waits to be sent, then for the answer. */
class Pending implements Asked {
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

/** The first word of a command: all of it that may be shown. */
function verb(line: string): string {
  return line.split(" ", 1)[0] ?? "";
}

/**
 * Whether a call failed because its connection is lost. Then there is nothing to mend: the connection has left
 * notification mode with it, and the next one enters it.
 */
export function isLoss(error: unknown): boolean {
  return ["Disconnected", "OutOfStep", "TimedOut"].includes((error as LineError).code);
}

/** What calls on a connection that is dropped because of `cause` fail with. */
function loss(cause: LineError): LineError {
  return isLoss(cause)
    ? cause
    : new LineError("Disconnected", `the connection was dropped: ${cause.message}`, { cause });
}

/** What a call fails with that `signal` gave up. */
export function aborted(signal: AbortSignal): LineError {
  return new LineError("Aborted", "the call was given up", { cause: signal.reason });
}

/** Waits for `promise` unless `signal` says to give up. What the promise stands for goes on: others may wait for it too. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(aborted(signal));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settled = (): void => signal.removeEventListener("abort", abort);
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}
