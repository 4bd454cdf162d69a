import { type Command, INBOX, isSourceName, parseCommand } from "../codec.ts";
import { LineError } from "../errors.ts";
import type { Clock } from "../time.ts";
import type { Due, SessionHost } from "./asking.ts";
import { type Compat, error, type Offers, sourcesOf } from "./commands.ts";
import { Deadlines } from "./deadlines.ts";
import { Inboxes } from "./inbox-keys.ts";
import { Announcer, type SourceEntry, sourceEntry } from "./output.ts";
import { Session, WINDOW_MS } from "./session.ts";
import {
  type Carrier,
  type CloseReason,
  type Counters,
  type Limits,
  newCounters,
  type OpenInbox,
  type Source,
} from "./types.ts";

/** What the core is given: what it serves, and the powers it has no other way to. */
export interface CoreOptions {
  readonly sources: Readonly<Record<string, Source>>;
  readonly post?: ((text: string) => void | Promise<void>) | undefined;
  readonly openInbox?: OpenInbox | undefined;
  readonly compat: Compat;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Runs something at the end of this turn. */
  readonly defer: (run: () => void) => void;
  readonly sessionClosed: (reason: CloseReason) => void;
  readonly sourceFailed: (cause: unknown) => void;
}

/** The server without its carriers: sessions over sources. No I/O; time comes from a clock, bytes come from carriers. */
export class ServerCore implements SessionHost<Session> {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters = newCounters();
  readonly announcer: Announcer;
  readonly offers: Offers;
  readonly sources: ReadonlyMap<string, SourceEntry>;
  readonly commands: ReadonlyMap<string, Command>;
  readonly compat: Compat;
  readonly post: ((text: string) => void | Promise<void>) | undefined;
  readonly inboxes: Inboxes | undefined;
  readonly deadlines: Readonly<Record<Due, Deadlines<Session>>>;
  readonly sourceFailed: (cause: unknown) => void;
  readonly #sessionClosed: (reason: CloseReason) => void;
  readonly #sessions = new Set<Session>();
  readonly #subscriptions: Disposable[] = [];

  constructor(options: CoreOptions) {
    const { limits, clock } = options;
    this.limits = limits;
    this.clock = clock;
    this.announcer = new Announcer(options.defer);
    this.compat = options.compat;
    this.post = options.post;
    this.sourceFailed = options.sourceFailed;
    this.#sessionClosed = options.sessionClosed;
    const deadlines = (due: Due, durationMs: number): Deadlines<Session> =>
      new Deadlines(clock, durationMs, (session) => session.timeIsUp(due));
    this.deadlines = {
      idle: deadlines("idle", limits.idleMs),
      stall: deadlines("stall", limits.stallMs),
      linger: deadlines("linger", limits.lingerMs),
      window: deadlines("window", WINDOW_MS),
      reply: deadlines("reply", limits.fetchMs),
    };
    const sources = sourcesOf(options.compat, options.sources);
    const sourceNames = sources.map(([name]) => name);
    const openInbox = options.compat === "original" ? undefined : options.openInbox;
    for (const name of Object.keys(options.sources)) {
      if (!isSourceName(name))
        throw new LineError(
          "InvalidArgument",
          `a source's name is 1 to 63 of a-z 0-9 _ -, a letter first, not ${JSON.stringify(name)}`,
        );
      if (reserved.has(name))
        throw new LineError("InvalidArgument", `a source cannot have the name of a command: ${name}`);
      if (name === INBOX && openInbox !== undefined)
        throw new LineError("InvalidArgument", `a source beside openInbox cannot have the name ${INBOX}`);
    }
    this.inboxes = openInbox && new Inboxes(openInbox, limits.wrongKeysMax, sourceNames.length, options.defer);
    this.offers = { sourceNames, takesAds: options.post !== undefined, inbox: openInbox ? "closed" : "none" };
    this.sources = new Map(sources.map(([name, source], index) => [name, sourceEntry(name, source, index)]));
    this.commands = exactCommands(openInbox ? [...sourceNames, INBOX] : sourceNames);
    try {
      for (const entry of this.sources.values()) this.#subscribe(entry);
    } catch (cause) {
      // Nobody holds a server whose making failed: what it had got hold of would be told for ever.
      this.#unsubscribe();
      throw cause;
    }
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** A new session over a carrier that has just been connected. */
  open(carrier: Carrier): Session {
    const session = new Session(this, carrier);
    this.#sessions.add(session);
    this.counters.opened += 1;
    return session;
  }

  sessionClosed(session: Session, reason: CloseReason): void {
    this.#sessions.delete(session);
    this.counters.closed[reason] += 1;
    this.#sessionClosed(reason);
  }

  /** Lets go of the sources and asks every session to end: each answers what it was asked, and says that it ends. */
  stop(): void {
    this.announcer.flush();
    this.#unsubscribe();
    this.inboxes?.stop();
    for (const session of this.#sessions) session.stop();
  }

  /** Cuts off every session that has not ended. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #subscribe(entry: SourceEntry): void {
    const subscription = entry.source.subscribe((newest) => this.announcer.ring(entry, newest));
    entry.newest = Math.max(entry.newest, subscription.newest);
    this.#subscriptions.push(subscription);
  }

  #unsubscribe(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription[Symbol.dispose]();
  }
}

/** The names of commands, which no source can have: `help?` beside `help` would only confuse. */
const reserved: ReadonlySet<string> = new Set([
  "notif",
  "stop_notif",
  "post",
  "key",
  "sources",
  "help",
  "ping",
  "quit",
]);

/** The commands whose lines never vary, parsed once: a look-up then stands for parsing. */
function exactCommands(sources: readonly string[]): ReadonlyMap<string, Command> {
  const commands = new Map<string, Command>();
  for (const line of [...sources.map((name) => `${name}?`), "notif", "stop_notif", "sources", "help", "ping", "quit"]) {
    const command = parseCommand(line);
    if (command !== undefined) commands.set(line, command);
  }
  return commands;
}

/** What is told to a connection that a limit keeps out. */
export function refusal(limit: "connections" | "connectionsPerAddress"): string {
  const what = limit === "connections" ? "the server has" : "your address has";
  return `${error(`${what} as many connections as it may; try again later`)}\r\n`;
}
