import type { Clock } from "../../clock.ts";
import { LineSplitter } from "../../codec/index.ts";
import { LineError } from "../../errors.ts";
import type { Backoff } from "./backoff.ts";
import { Conversation, type Expects, refusalIn } from "./conversation.ts";
import { loss } from "./loss.ts";
import { type CallOptions, Pending } from "./pending.ts";
import type { Dial, Wire, WireEvents } from "./wire.ts";

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

export interface LinkOptions {
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

export interface CommandOptions extends CallOptions {
  /** It is the client's own, not a call of its user: a burst of them is never refused. @default false */
  readonly own?: boolean;
  /** It goes before what waits. @default false */
  readonly isFirst?: boolean;
  /** Hears the answer when the call was given up: an item that was given is gone from the server. */
  readonly discarded?: (answer: string) => void;
}

/** Once a line came that can only be a greeting, the answer follows at once: a server greets before it is asked. */
const GREETED_MS = 2_000;

/** `dialing`: a connection is on its way. `waiting`: for the next attempt. */
type State = "dialing" | "open" | "waiting" | "closed";

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

/** The first word of a command: all of it that may be shown. */
function verb(line: string): string {
  return line.split(" ", 1)[0] ?? "";
}
