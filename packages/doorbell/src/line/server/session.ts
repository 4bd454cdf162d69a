import { LineSplitter } from "../splitter.ts";
import type { Clock } from "../time.ts";
import { type Asker, Asking, type Due, type SessionHost, Timers } from "./asking.ts";
import { type Commanded, error, lastLineOf, needsKey, type Offers, ok, perform } from "./commands.ts";
import { type KeyHolder, Keys } from "./inbox-keys.ts";
import { type Announced, Outbox, Reading, type Ring } from "./output.ts";
import type { Carrier, CloseReason, KeyEnd } from "./types.ts";

/** One client's session, without I/O. What each event does in each state, and what holds: see `SessionState`. */
export class Session implements Commanded, KeyHolder, Asker {
  readonly #host: SessionHost<Session>;
  readonly #carrier: Carrier;
  readonly #input: LineSplitter;
  readonly #outbox: Outbox;
  readonly #reading: Reading;
  readonly #rate: Rate;
  readonly #timers: Timers<Session>;
  readonly #asking: Asking<Session>;
  /** Made with the first `key`. */
  #keys: Keys | undefined;
  #state: SessionState = "open";
  /** Nothing that comes from here on is heard. */
  #inputEnded = false;
  #paused = false;
  /** Commands are being answered: whatever calls back meanwhile waits its turn. */
  #isAnswering = false;
  /** `stop_notif` is answered: unless `notif` follows directly, the mode is left. */
  isLeaving = false;
  #reason: CloseReason = "client";
  #keyEnd: KeyEnd | undefined;

  constructor(host: SessionHost<Session>, carrier: Carrier) {
    this.#host = host;
    this.#carrier = carrier;
    this.#input = new LineSplitter(host.limits.lineBytesMax);
    this.#reading = new Reading(host.sources);
    this.#outbox = new Outbox(carrier, this.#reading, host.counters);
    this.#rate = new Rate(host.limits.commandsPerSecondMax);
    this.#timers = new Timers(host.deadlines, this);
    this.#asking = new Asking(host, this.#reading, this.#timers, this);
  }

  /**
   * The session's loop: answers the commands that have come, until one must wait. For each line: `perform` finds the
   * command in it and calls the method below that does it; the answer gathers in the outbox, which is flushed at the end,
   * or sooner if it holds much. We take no further line while a source is asked, while the client does not read what
   * waits for it, and until the second is over in which it sent more than it may; if bytes come then, the carrier pauses.
   * Each event that may end the wait calls this again. When the client sends no more, and no line is left, the session
   * ends.
   */
  goOn(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    try {
      this.#answerCommands();
      if (this.isLeaving) this.stopNotify();
    } finally {
      this.#isAnswering = false;
    }
    // While a client does not read, answers that came late wait with the rest.
    if (!this.#outbox.full) this.#flush();
    this.#listen();
  }

  #answerCommands(): void {
    const { clock, counters, limits } = this.#host;
    this.#rate.begin(clock.now());
    while (this.#state === "open" && !this.#isHeld) {
      if (this.#input.hasUnread && this.#rate.isOver(clock)) {
        counters.throttled += 1;
        return this.#timers.start("window");
      }
      const line = this.#input.next();
      if (line === undefined) {
        if (this.#inputEnded) this.end(this.#reason);
        return;
      }
      if (typeof line === "string") {
        this.#rate.count(line.length);
        perform(this, line, this.#host, this.#input.isUnended);
      } else this.end(line.code === "NotUtf8" ? "notUtf8" : "lineTooLong", error(line.message));
      if (this.#outbox.length >= limits.pendingBytesMax) this.#flush();
    }
  }

  // What the carrier says.

  received(chunk: Uint8Array): void {
    if (this.#state !== "open" || this.#inputEnded) return;
    this.#timers.postpone("idle");
    this.#input.push(chunk);
    if (!this.#isHeld) return this.goOn();
    if (this.#paused) return;
    this.#paused = true;
    this.#carrier.pause();
  }

  /** The client will send nothing more. What it sent is answered, then the session ends. */
  inputEnded(): void {
    // Behind the client's end there is no rest of a line; behind the server's own there may be.
    if (!this.#inputEnded) this.#input.end();
    this.#hearNoMore();
  }

  drained(): void {
    this.#outbox.full = false;
    // Not when ending: until all has left, that deadline is the only one which the client has.
    if (this.#state !== "open") return;
    this.#timers.cancel("stall");
    this.#outbox.announce(this.#reading.takeDue());
    this.goOn();
  }

  flushed(): void {
    if (this.#state !== "ending") return;
    this.#timers.cancel("stall");
    this.#timers.start("linger");
  }

  closed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.stopNotify();
    this.#keys?.[Symbol.dispose]();
    this.#timers.cancelAll();
    this.#asking.forget();
    this.#host.sessionClosed(this, this.#reason);
  }

  // What time says, and the server.

  timeIsUp(due: Due): void {
    this.#timers.cancel(due);
    switch (due) {
      case "idle":
        this.#host.counters.idled += 1;
        return this.stopNotify();
      case "reply":
        return this.#asking.giveUp();
      case "window":
        return this.goOn();
      case "stall":
        this.#reason = "stalled";
        return this.#carrier.destroy();
      case "linger":
        return this.#carrier.destroy();
    }
  }

  /** Answers what has come, says that the server stops, and ends. */
  stop(): void {
    if (this.#state !== "open") return;
    this.#reason = "stopped";
    this.#hearNoMore();
  }

  destroy(): void {
    this.#carrier.destroy();
  }

  // What sources say.

  rang(rings: readonly Ring[], lines: Uint8Array, firsts: readonly Ring[]): void {
    this.#outbox.rang(rings, lines, firsts);
    this.#watchOutput();
  }

  // What commands do.

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get offers(): Offers {
    return this.#keys?.offers ?? this.#host.offers;
  }

  answer(line: string): void {
    this.#outbox.add(`${line}\r\n`);
  }

  notify(names: readonly string[]): void {
    this.isLeaving = false;
    // Before the mode is entered or changed, what rang so far goes to those, and in that mode, whom it rang for.
    const { announcer, sources } = this.#host;
    const { held } = this.#keys ?? {};
    announcer.add(this);
    held?.announcer.add(this);
    const fresh = this.#reading.cover([...sources.values(), ...(held ? [held.entry] : [])], names);
    this.#timers.start("idle");
    this.answer(ok);
    // Handing on what rang before may have filled the way to the client: then only the answer goes out now.
    if (this.#outbox.full) this.#flush();
    this.#outbox.announce(fresh);
  }

  leave(): void {
    // The rings so far go out before the OK, as nothing may follow it.
    this.#host.announcer.tell(this);
    this.#keys?.held?.announcer.tell(this);
    this.isLeaving = true;
    // A mode that goes on has all of its idle limit before it, as one that is entered.
    this.#timers.cancel("idle");
    this.answer(ok);
  }

  stopNotify(): void {
    this.isLeaving = false;
    this.#reading.uncover();
    this.#timers.cancel("idle");
    this.#host.announcer.delete(this);
    this.#keys?.held?.announcer.delete(this);
  }

  fetch(name: string): void {
    const entry = this.#host.sources.get(name);
    const { held } = this.#keys ?? {};
    if (entry !== undefined) this.#asking.fetch(entry, entry.source);
    else if (held !== undefined) this.#asking.fetch(held.entry, held.inbox);
    else this.answer(needsKey);
  }

  post(text: string): void {
    this.#asking.post(text);
  }

  openInbox(key: string, after: number | undefined): void {
    const { inboxes, offers } = this.#host;
    if (inboxes === undefined) return;
    const keys = (this.#keys ??= new Keys(inboxes, this.#reading, offers, this));
    this.#asking.open(inboxes.open, key, (inbox) => keys.said(inbox, after));
  }

  // What its keys say.

  announce(entries: readonly Announced[]): void {
    this.#outbox.announce(entries);
  }

  wrongKeys(): void {
    this.end("wrongKeys");
  }

  keyEnded(why: KeyEnd | undefined): void {
    // A server that stops has its own last line.
    if (this.#state !== "open" || this.#reason === "stopped") return;
    this.#reason = "keyEnded";
    this.#keyEnd = why;
    this.#hearNoMore();
  }

  // Reading and writing.

  #hearNoMore(): void {
    this.#inputEnded = true;
    this.goOn();
  }

  get #isHeld(): boolean {
    return this.#asking.isWaiting || this.#outbox.full || this.#timers.isRunning("window");
  }

  /** Lets bytes come again, if they were held off and nothing holds them any more. */
  #listen(): void {
    if (!this.#paused || (this.#state === "open" && this.#isHeld)) return;
    this.#paused = false;
    this.#carrier.resume();
  }

  #flush(): void {
    // Nothing follows the last line.
    if (this.#state !== "open") return;
    this.#outbox.flush();
    this.#watchOutput();
  }

  #watchOutput(): void {
    if (this.#outbox.full) this.#timers.start("stall");
  }

  /** The last line has been said. */
  end(reason: CloseReason, lastLine: string | undefined = lastLineOf(reason, this.#keyEnd)): void {
    if (lastLine !== undefined) this.answer(lastLine);
    this.#reason = reason;
    this.stopNotify();
    this.#keys?.[Symbol.dispose]();
    this.#flush();
    this.#state = "ending";
    this.#timers.start("stall");
    // From here on everything that comes is read and discarded: closing over unread bytes would reset the connection,
    // and the client might lose the line that says why.
    this.#listen();
    this.#carrier.end();
  }
}

/**
 * What a session is about. `open`: commands are answered. `ending`: the last line is on its way, nothing more is heard.
 *
 * A session's events are its methods under "what the carrier says", "what time says", "what sources say" and "what its
 * keys say". Commands are *held* while the last one waits for its source, while the client has not read the
 * last answers, and while it sent more in a second than it may. What each event does in each state:
 *
 * | event | open | ending | closed |
 * |---|---|---|---|
 * | received | read on, or wait if held | discard | |
 * | inputEnded, stop | answer what came, then end | | |
 * | drained | announce what is due, read on | | |
 * | flushed | | linger | |
 * | closed | closed | closed | |
 * | rang | announce, or keep as due | | |
 * | a source replies | answer, read on | | |
 * | its key ended | answer what came, then end | | |
 * | time is up: idle | leave notification mode | | |
 * | … reply | answer with an error, read on | | |
 * | … window | read on | | |
 * | … stall | destroy | destroy | |
 * | … linger | | destroy | |
 *
 * What holds:
 * 1. One answer for each command, in order (test: model).
 * 2. After the `OK` of `stop_notif` no notification follows, unless `notif` stands directly behind it: then the mode goes on, and
 *    between the two `OK`s there is none (test: model, leaving).
 * 3. In notification mode, nothing that became available is left unannounced once the client has read (test: model).
 * 4. What waits for the client never passes `pendingBytesMax` by more than one write and one `OK` (test: model, T08).
 * 5. A closed session is in no list of the server (test: T12).
 */
type SessionState = "open" | "ending" | "closed";

/** The time that a limit on commands is about. */
export const WINDOW_MS = 1_000;

/** A line as long as this counts twice. */
const LONG = 256;

/** Counts one client's commands, a second at a time. */
class Rate {
  readonly #max: number;
  #count = 0;
  #windowAt = -Infinity;

  constructor(max: number) {
    this.#max = max;
  }

  /** Bytes have come: a new second begins with the first ones after the last was over. */
  begin(now: number): void {
    if (now - this.#windowAt < WINDOW_MS) return;
    this.#windowAt = now;
    this.#count = 0;
  }

  /** Counts a line: once, and once more for every 256 characters, as a long line costs more to look at. */
  count(length: number): void {
    this.#count += 1 + Math.floor(length / LONG);
  }

  /** Whether as many came in this second as may. */
  isOver(clock: Clock): boolean {
    if (this.#count < this.#max) return false;
    this.begin(clock.now());
    return this.#count >= this.#max;
  }
}
