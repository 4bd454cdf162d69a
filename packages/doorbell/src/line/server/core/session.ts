import { LineSplitter, parseCommand } from "../../codec/index.ts";
import type { Listener, Ring, SourceEntry } from "./announcer.ts";
import { type Asker, Asking } from "./asking.ts";
import type { Carrier } from "./carrier.ts";
import { type Commanded, error, ok, perform, unknownCommand } from "./commands.ts";
import type { CloseReason } from "./counters.ts";
import type { SessionHost } from "./host.ts";
import { Outbox } from "./outbox.ts";
import { Rate } from "./rate.ts";
import { Reading } from "./reading.ts";
import { type Due, Timers } from "./timers.ts";

/** `open`: commands are answered. `ending`: the last line is on its way, nothing more is heard. */
type State = "open" | "ending" | "closed";

/**
 * One client's session, without I/O. Its events are the methods under "what the carrier says", "what time says" and
 * "what sources say". Commands are *held* while the last one waits for its source, while the client has not read the
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
 * | time is up: idle | leave notification mode | | |
 * | … reply | answer with an error, read on | | |
 * | … window | read on | | |
 * | … stall | destroy | destroy | |
 * | … linger | | destroy | |
 *
 * What holds:
 * 1. One answer for each command, in order (test: model).
 * 2. After the `OK` of `stop_notif` no notification follows (test: model).
 * 3. In notification mode, nothing that became available is left unannounced once the client has read (test: model).
 * 4. What waits for the client never passes `pendingBytesMax` by more than one write and one `OK` (test: model, T08).
 * 5. A closed session is in no list of the server (test: T12).
 */
export class Session implements Commanded, Listener, Asker {
  readonly #host: SessionHost<Session>;
  readonly #carrier: Carrier;
  readonly #input: LineSplitter;
  readonly #outbox: Outbox;
  readonly #reading: Reading;
  readonly #rate: Rate;
  readonly #timers: Timers<Session>;
  readonly #asking: Asking<Session>;
  #state: State = "open";
  /** Nothing that comes from here on is heard. */
  #inputEnded = false;
  #paused = false;
  /** Commands are being answered: whatever calls back meanwhile waits its turn. */
  #isAnswering = false;
  #reason: CloseReason = "client";

  constructor(host: SessionHost<Session>, carrier: Carrier) {
    this.#host = host;
    this.#carrier = carrier;
    this.#input = new LineSplitter(host.limits.lineBytesMax);
    this.#outbox = new Outbox(carrier);
    this.#reading = new Reading(host.sources);
    this.#rate = new Rate(host.limits.commandsPerSecondMax);
    this.#timers = new Timers(host.deadlines, this);
    this.#asking = new Asking(host, this.#reading, this.#timers, this);
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
    this.#inputEnded = true;
    this.goOn();
  }

  drained(): void {
    this.#outbox.full = false;
    // Not when ending: until all has left, that deadline is the only one which the client has.
    if (this.#state !== "open") return;
    this.#timers.cancel("stall");
    this.#announce(this.#reading.takeDue());
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
    this.inputEnded();
  }

  destroy(): void {
    this.#carrier.destroy();
  }

  // What sources say.

  rang(rings: readonly Ring[], lines: Uint8Array, firsts: readonly Ring[]): void {
    const { counters } = this.#host;
    const reading = this.#reading;
    if (this.#outbox.full) return void (counters.coalesced += reading.postpone(rings));
    const wanted = firsts.every((ring) => reading.wants(ring)) ? rings : rings.filter((ring) => reading.wants(ring));
    if (wanted.length === 0) return;
    counters.notifications += wanted.length;
    this.#outbox.send(wanted === rings ? lines : wanted.map((ring) => ring.entry.line).join(""));
    this.#watchOutput();
  }

  // What commands do.

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get sourceNames(): readonly string[] {
    return this.#host.sourceNames;
  }

  get takesAds(): boolean {
    return this.#host.post !== undefined;
  }

  answer(line: string): void {
    this.#outbox.add(`${line}\r\n`);
  }

  notify(names: readonly string[]): void {
    // Before the mode is entered or changed, what rang so far goes to those, and in that mode, whom it rang for.
    this.#host.announcer.add(this);
    const all = names.length === 0;
    const covered = [...this.#host.sources.values()].filter((entry) => all || names.includes(entry.name));
    const fresh = this.#reading.cover(covered, all);
    this.#timers.start("idle");
    this.answer(ok);
    // Handing on what rang before may have filled the way to the client: then only the answer goes out now.
    if (!this.#outbox.full) return this.#announce(fresh);
    this.#flush();
    this.#reading.postpone(fresh.map((entry) => ({ entry, sequence: entry.newest })));
  }

  stopNotify(): void {
    this.#reading.uncover();
    this.#timers.cancel("idle");
    this.#host.announcer.delete(this);
  }

  fetch(name: string): void {
    const entry = this.#host.sources.get(name);
    if (entry !== undefined) this.#asking.fetch(entry);
  }

  post(text: string): void {
    this.#asking.post(text);
  }

  quit(): void {
    this.#end("quit");
  }

  #announce(entries: readonly SourceEntry[]): void {
    for (const entry of entries) this.#outbox.add(entry.line);
    this.#host.counters.notifications += entries.length;
  }

  // Reading and writing.

  get #isHeld(): boolean {
    return this.#asking.isWaiting || this.#outbox.full || this.#timers.isRunning("window");
  }

  /** Answers the commands that have come, until one must wait. */
  goOn(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    try {
      this.#answerCommands();
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
        if (this.#inputEnded) this.#end(this.#reason);
        return;
      }
      if (typeof line === "string") this.#perform(line);
      else {
        this.answer(error(line.message));
        this.#end(line.code === "NotUtf8" ? "notUtf8" : "lineTooLong");
      }
      if (this.#outbox.length >= limits.pendingBytesMax) this.#flush();
    }
  }

  #perform(line: string): void {
    const { commands, counters, sources, answersUnknown } = this.#host;
    this.#rate.count(line.length);
    const command = commands.get(line) ?? parseCommand(line);
    if (command !== undefined && (command.verb !== "fetch" || sources.has(command.source))) {
      counters.commands += 1;
      return perform(this, command);
    }
    counters.unknown += 1;
    if (answersUnknown) this.answer(unknownCommand);
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
  #end(reason: CloseReason): void {
    if (reason === "stopped") this.answer(error("the server is stopping"));
    this.#reason = reason;
    this.stopNotify();
    this.#flush();
    this.#state = "ending";
    this.#timers.start("stall");
    // From here on everything that comes is read and discarded: closing over unread bytes would reset the connection,
    // and the client might lose the line that says why.
    this.#listen();
    this.#carrier.end();
  }
}
