import { type Command, isPlain, isProtocolLine, LineSplitter, parseCommand } from "../codec/index.ts";
import type { Announcer, Listener, Ring, SourceEntry } from "./announcer.ts";
import type { Carrier } from "./carrier.ts";
import type { Clock } from "./clock.ts";
import { type Commanded, error, ok, perform, unknownCommand } from "./commands.ts";
import type { CloseReason, Counters } from "./counters.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import type { Limits } from "./limits.ts";
import type { Fetched } from "./source.ts";

/** What all sessions of a server share. */
export interface SessionHost {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly announcer: Announcer;
  readonly sourceNames: readonly string[];
  readonly sources: ReadonlyMap<string, SourceEntry>;
  /** The commands that come all the time, parsed once. */
  readonly commands: ReadonlyMap<string, Command>;
  /** Whether a line that is no command is answered at all. */
  readonly answersUnknown: boolean;
  readonly post: ((text: string) => void | Promise<void>) | undefined;
  readonly idle: Deadlines<Session>;
  readonly stall: Deadlines<Session>;
  readonly linger: Deadlines<Session>;
  readonly window: Deadlines<Session>;
  readonly reply: Deadlines<Session>;
  sessionClosed(session: Session, reason: CloseReason): void;
  sourceFailed(cause: unknown): void;
}

/** Why a session's commands wait; bits of `held`. */
const Held = {
  /** a source has not answered the last one */
  Reply: 1,
  /** the client has not read the last answers */
  Output: 2,
  /** it sent more of them in this second than it may */
  Rate: 4,
} as const;

/** `open`: commands are answered. `ending`: the last line is on its way, nothing more is heard. */
type State = "open" | "ending" | "closed";

/** What a session covers when it is in notification mode. */
type Covered = "all" | ReadonlySet<SourceEntry>;

const WINDOW_MS = 1_000;

/**
 * One client's session, without I/O. Its events are the methods under "what the carrier says", "what time says" and
 * "what sources say"; what each does in each state:
 *
 * | event | open | ending | closed |
 * |---|---|---|---|
 * | received | read on, or wait if held | discard | |
 * | inputEnded | answer what came, then end | | |
 * | drained | announce what is due, read on | | |
 * | flushed | | linger | |
 * | closed | closed | closed | |
 * | stop | answer what came, say so, end | | |
 * | idled | leave notification mode | | |
 * | stalled | destroy | destroy | |
 * | lingered | | destroy | |
 * | windowOver | read on | | |
 * | replied, replyIsLate | answer, read on | | |
 * | rang | announce, or keep as due | | |
 *
 * What holds:
 * 1. One answer for each command, in order (test: model).
 * 2. After the `OK` of `stop_notif` no notification follows (test: model).
 * 3. In notification mode, nothing that became available is left unannounced once the client has read (test: model).
 * 4. What waits for the client never passes `pendingBytesMax` by more than one write (test: T08).
 * 5. A closed session is in no list of the server (test: T12).
 */
export class Session implements Commanded, Listener {
  readonly #host: SessionHost;
  readonly #carrier: Carrier;
  readonly #input: LineSplitter;
  /** By the index of a source: the number of the last item that this session has fetched. */
  readonly #read: number[];
  #state: State = "open";
  #held = 0;
  /** Answers that go out together at the end of this turn. */
  #out = "";
  #covered: Covered | undefined;
  /** Sources whose notification waits until the client has read: one each, however often they rang. */
  #due: Set<SourceEntry> | undefined;
  #lastCommand = false;
  /** Whether commands are being answered right now. */
  #isReading = false;
  #paused = false;
  #reason: CloseReason = "client";
  #windowAt = -Infinity;
  #windowCount = 0;
  #idle: Deadline<Session> | undefined;
  #stall: Deadline<Session> | undefined;
  #linger: Deadline<Session> | undefined;
  #window: Deadline<Session> | undefined;
  #reply: Deadline<Session> | undefined;

  constructor(host: SessionHost, carrier: Carrier) {
    this.#host = host;
    this.#carrier = carrier;
    this.#input = new LineSplitter(host.limits.lineBytesMax);
    this.#read = [];
    for (const { newest, source } of host.sources.values()) this.#read.push(Math.max(0, newest - (source.unread ?? 1)));
  }

  // What the carrier says.

  received(chunk: Uint8Array): void {
    if (this.#state !== "open" || this.#lastCommand) return;
    if (this.#idle !== undefined) this.#host.idle.postpone(this.#idle);
    this.#input.push(chunk);
    if (this.#held === 0) return this.#readOn();
    if (this.#paused) return;
    this.#paused = true;
    this.#carrier.pause();
  }

  /** The client will send nothing more. What it sent is answered, then the session ends. */
  inputEnded(): void {
    this.#lastCommand = true;
    // When a command itself stops the server, those after it are still answered after it.
    if (this.#held === 0 && !this.#isReading) this.#readOn();
  }

  drained(): void {
    this.#stall = cancel(this.#host.stall, this.#stall);
    if (this.#state !== "open") return;
    this.#announceDue();
    this.#release(Held.Output);
  }

  flushed(): void {
    if (this.#state !== "ending") return;
    this.#stall = cancel(this.#host.stall, this.#stall);
    this.#linger ??= this.#host.linger.start(this);
  }

  closed(): void {
    if (this.#state === "closed") return;
    this.stopNotify();
    this.#state = "closed";
    this.#stall = cancel(this.#host.stall, this.#stall);
    this.#linger = cancel(this.#host.linger, this.#linger);
    this.#window = cancel(this.#host.window, this.#window);
    this.#reply = cancel(this.#host.reply, this.#reply);
    this.#host.sessionClosed(this, this.#reason);
  }

  // What time says, and the server.

  idled(): void {
    this.#idle = undefined;
    this.#host.counters.idled += 1;
    this.stopNotify();
  }

  stalled(): void {
    this.#stall = undefined;
    this.#reason = "stalled";
    this.#carrier.destroy();
  }

  lingered(): void {
    this.#linger = undefined;
    this.#carrier.destroy();
  }

  windowOver(): void {
    this.#window = undefined;
    this.#release(Held.Rate);
  }

  replyIsLate(): void {
    this.#reply = undefined;
    this.#failed(new Error("a source did not answer in time"));
    this.answer(error("no answer in time: it is not known whether it was done; try again"));
    this.#release(Held.Reply);
  }

  /** Answers what has come, says that the server stops, and ends. */
  stop(): void {
    if (this.#state !== "open") return;
    this.#reason = "stopped";
    this.inputEnded();
  }

  destroy(): void {
    this.#carrier.destroy();
  }

  // What sources say.

  rang(rings: readonly Ring[], lines: Uint8Array): void {
    const { counters } = this.#host;
    if ((this.#held & Held.Output) !== 0) {
      this.#due ??= new Set();
      for (const ring of rings) {
        if (!this.#wants(ring)) continue;
        if (this.#due.has(ring.entry)) counters.coalesced += 1;
        this.#due.add(ring.entry);
      }
      return;
    }
    const wanted = rings.every((ring) => this.#wants(ring)) ? rings : rings.filter((ring) => this.#wants(ring));
    if (wanted.length === 0) return;
    counters.notifications += wanted.length;
    this.#write(wanted === rings ? lines : wanted.map((ring) => ring.entry.line).join(""));
  }

  #wants({ entry, sequence }: Ring): boolean {
    return this.#covers(entry) && sequence > (this.#read[entry.index] ?? 0);
  }

  #covers(entry: SourceEntry): boolean {
    return this.#covered === "all" || this.#covered?.has(entry) === true;
  }

  // What commands do.

  get sourceNames(): readonly string[] {
    return this.#host.sourceNames;
  }

  get takesAds(): boolean {
    return this.#host.post !== undefined;
  }

  answer(line: string): void {
    this.#out += `${line}\r\n`;
  }

  notify(names: readonly string[]): void {
    const { sources, announcer, idle, counters } = this.#host;
    // Before the mode is entered or changed, what rang so far goes to those, and in that mode, whom it rang for.
    announcer.add(this);
    const fresh = [...sources.values()].filter(
      (entry) => (names.length === 0 || names.includes(entry.name)) && !this.#covers(entry) && entry.newest > (this.#read[entry.index] ?? 0),
    );
    this.#covered = names.length === 0 ? "all" : new Set([...sources.values()].filter((entry) => names.includes(entry.name)));
    this.#idle ??= idle.start(this);
    this.answer(ok);
    for (const entry of fresh) this.#out += entry.line;
    counters.notifications += fresh.length;
  }

  stopNotify(): void {
    this.#covered = undefined;
    this.#due = undefined;
    this.#idle = cancel(this.#host.idle, this.#idle);
    this.#host.announcer.delete(this);
  }

  fetch(name: string): void {
    const entry = this.#host.sources.get(name) as SourceEntry;
    this.#ask(
      () => entry.source.fetch(this.#read[entry.index] ?? 0),
      (fetched) => this.#take(entry, fetched),
      `error: ${name} is not available now; try again`,
    );
  }

  post(text: string): void {
    this.#ask(
      () => this.#host.post?.(text),
      () => ok,
      "error: the ad could not be put on the board; try again",
    );
  }

  quit(): void {
    this.#end("quit");
  }

  /** Answers with what `call` gives, now or when it comes; no later command is looked at before. */
  #ask<T>(call: () => T | Promise<T>, line: (value: T) => string, refusal: string): void {
    let given: T | Promise<T>;
    try {
      given = call();
      if (!isPromise(given)) return this.answer(line(given));
    } catch (cause) {
      this.#failed(cause);
      return this.answer(refusal);
    }
    const pending = this.#host.reply.start(this);
    this.#reply = pending;
    this.#held |= Held.Reply;
    const replied = (text: () => string): void => {
      // Too late: it was answered for when the time was up, or nobody waits any more.
      if (this.#reply !== pending) return;
      this.#reply = cancel(this.#host.reply, pending);
      try {
        this.answer(text());
      } catch (cause) {
        this.#failed(cause);
        this.answer(refusal);
      }
      this.#release(Held.Reply);
    };
    given.then(
      (value) => replied(() => line(value)),
      (cause: unknown) =>
        replied(() => {
          throw cause;
        }),
    );
  }

  /** Marks an item as read, and gives its text; refuses a text that would break the protocol. */
  #take(entry: SourceEntry, { text, sequence }: Fetched): string {
    const read = this.#read[entry.index] ?? 0;
    if (!Number.isSafeInteger(sequence) || sequence < read)
      throw new Error(`source ${entry.name} gave item ${sequence} to a reader of item ${read}`);
    this.#read[entry.index] = sequence;
    if (!isPlain(text) || isProtocolLine(text) || Buffer.byteLength(text) > this.#host.limits.lineBytesMax)
      throw new Error(`source ${entry.name}: item ${sequence} cannot be sent as one line`);
    this.#host.counters.fetched += 1;
    if (entry.newest <= sequence) this.#due?.delete(entry);
    return text;
  }

  #failed(cause: unknown): void {
    this.#host.counters.failed += 1;
    this.#host.sourceFailed(cause);
  }

  // Reading and writing.

  /** Answers the commands that have come, until one must wait. */
  #readOn(): void {
    const { limits, clock, counters, commands, answersUnknown } = this.#host;
    this.#openWindow(clock.now());
    this.#isReading = true;
    while (this.#held === 0 && this.#state === "open") {
      if (this.#windowCount >= limits.commandsPerSecondMax && this.#input.hasUnread && this.#isOverRate(clock.now())) break;
      const line = this.#input.next();
      if (line === undefined) {
        if (this.#lastCommand) this.#end(this.#reason);
        break;
      }
      if (typeof line !== "string") {
        this.answer(error(line.message));
        this.#end(line.code === "NotUtf8" ? "notUtf8" : "lineTooLong");
        break;
      }
      this.#windowCount += 1;
      const command = commands.get(line) ?? parseCommand(line);
      if (command !== undefined) {
        counters.commands += 1;
        perform(this, command);
      } else {
        counters.unknown += 1;
        if (answersUnknown) this.answer(unknownCommand);
      }
      if (this.#out.length >= limits.pendingBytesMax) this.#flush();
    }
    this.#isReading = false;
    this.#flush();
  }

  /** Begins a new second once the last is over: with its first bytes, not when the limit is met. */
  #openWindow(now: number): boolean {
    if (now < this.#windowAt + WINDOW_MS) return false;
    this.#windowAt = now;
    this.#windowCount = 0;
    return true;
  }

  #isOverRate(now: number): boolean {
    if (this.#openWindow(now)) return false;
    this.#host.counters.throttled += 1;
    this.#held |= Held.Rate;
    this.#window = this.#host.window.start(this);
    return true;
  }

  #release(what: number): void {
    this.#held &= ~what;
    if (this.#state !== "open") return;
    if (this.#held !== 0) {
      // An answer that came late from its source waits with the rest for a client that does not read.
      if ((this.#held & Held.Output) === 0) this.#flush();
      return;
    }
    this.#readOn();
    if (this.#held !== 0 || !this.#paused) return;
    this.#paused = false;
    this.#carrier.resume();
  }

  #announceDue(): void {
    for (const entry of this.#due ?? []) {
      if (!this.#covers(entry)) continue;
      this.#out += entry.line;
      this.#host.counters.notifications += 1;
    }
    this.#due = undefined;
  }

  #flush(): void {
    if (this.#out === "") return;
    const out = this.#out;
    this.#out = "";
    this.#write(out);
  }

  #write(bytes: string | Uint8Array): void {
    if (this.#out !== "") {
      // Answers that have not left yet go first.
      this.#out += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
      return;
    }
    if (this.#carrier.write(bytes)) return;
    this.#held |= Held.Output;
    this.#stall ??= this.#host.stall.start(this);
  }

  /** The last line has been said. */
  #end(reason: CloseReason): void {
    if (reason === "stopped") this.answer(error("the server is stopping"));
    this.#reason = reason;
    this.stopNotify();
    this.#flush();
    this.#state = "ending";
    this.#stall ??= this.#host.stall.start(this);
    // From here on everything that comes is read and discarded: closing over unread bytes would reset the connection,
    // and the client might lose the line that says why.
    if (this.#paused) this.#carrier.resume();
    this.#carrier.end();
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | undefined)?.then === "function";
}

function cancel(list: Deadlines<Session>, deadline: Deadline<Session> | undefined): undefined {
  if (deadline !== undefined) list.cancel(deadline);
  return undefined;
}
