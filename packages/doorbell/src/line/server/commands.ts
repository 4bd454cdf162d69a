import { type Command, flawOfAd, formatReply, HALF_LINE, INBOX, parseCommand } from "../codec.ts";
import type { CloseReason, Counters, KeyEnd } from "./types.ts";

/** What a command acts upon: the session that said it. */
export interface Commanded {
  readonly offers: Offers;
  /** True if the last command was `stop_notif`. */
  readonly isLeaving: boolean;
  /** Gives the one line that answers the command. */
  answer(line: string): void;
  /** Answers with the next item of a source that there is. */
  fetch(source: string): void;
  /** Enters notification mode for these sources, or for all. */
  notify(sources: readonly string[]): void;
  /** Answers, and leaves notification mode: unless the very next command is `notif`, and is here already. */
  leave(): void;
  stopNotify(): void;
  post(text: string): void;
  /** Answers once it is known what the key opens. */
  openInbox(key: string, after: number | undefined): void;
  /** There is nothing more to say. */
  end(reason: CloseReason): void;
}

/** What is the same for all sessions. */
interface CommandHost {
  readonly compat: Compat;
  readonly counters: Counters;
  readonly offers: Offers;
  readonly sources: { has(name: string): boolean };
  /** The commands that come all the time, parsed once. */
  readonly commands: ReadonlyMap<string, Command>;
}

/**
 * Performs the command that a line says; if it says none, answers that, or ends. Of a line that may be half of one, as the
 * connection was cut, only what has no text in it is performed: half of an ad is another ad, half of a key a wrong one.
 */
export function perform(session: Commanded, line: string, host: CommandHost, mayBeHalf: boolean): void {
  const said = commandIn(line, host);
  // The method of a request can be called `post` or `key`.
  if ((said === undefined || hasText(said)) && isHttp(line)) return session.end("http");
  const command = mayBeHalf && said !== undefined && hasText(said) ? undefined : said;
  if (session.isLeaving && command?.verb !== "notif") session.stopNotify();
  if (command !== undefined) {
    host.counters.commands += 1;
    // The handler of a verb takes the command of that verb: true by the type of the table, which no index type can say.
    return (handlers[command.verb] as (session: Commanded, command: Command) => void)(session, command);
  }
  host.counters.unknown += 1;
  if (host.compat === "answer") session.answer(mayBeHalf ? halfLine : unknownCommand);
}

/** The command that a line says, if this server has it. */
function commandIn(line: string, host: CommandHost): Command | undefined {
  const command = host.commands.get(line) ?? parseCommand(line);
  if (host.compat === "original" && !isOriginal(line, command)) return undefined;
  if (command?.verb === "fetch") {
    const isThere = host.sources.has(command.source) || (command.source === INBOX && host.offers.inbox !== "none");
    return isThere ? command : undefined;
  }
  return command?.verb === "key" && host.offers.inbox === "none" ? undefined : command;
}

function isOriginal(line: string, command: Command | undefined): boolean {
  return command?.verb === "fetch" || command?.verb === "post" || line === "notif" || line === "stop_notif";
}

function hasText(command: Command): boolean {
  return command.verb === "post" || command.verb === "key" || (command.verb === "notif" && command.sources.length > 0);
}

/**
 * Returns whether a line is one of HTTP. Any web page can make a browser send a request to this port, with commands in its body:
 * those are not to be performed. No command begins with a capital letter, but an ad or a key can end as a request does; of
 * those only what is a whole request, of three words, is taken for one.
 */
export function isHttp(line: string): boolean {
  if (line.startsWith("post ") || line.startsWith("key ")) return wholeRequest.test(line);
  return (
    wholeRequest.test(line) ||
    begunRequest.test(line) ||
    endsInVersion.test(line) ||
    statusLine.test(line) ||
    hostHeader.test(line)
  );
}

/** A method, a target (a path, an address, host and port, or an asterisk), and a version: whatever the method is called. */
const wholeRequest =
  /^[^ \t]+[ \t]+(?:\/[^ \t]*|\*|[a-z][a-z0-9+.-]*:\/\/[^ \t]*|[^ \t]+:\d+)[ \t]+HTTP\/\d(?:\.\d+)?[ \t]*$/i;
/** The same without a version, or with more behind it, of a method as browsers write it. */
const begunRequest = /^[A-Z][A-Z_-]*[ \t]+(?:\/|\*(?:[ \t]|$)|[A-Za-z][A-Za-z0-9+.-]*:\/\/|[^ \t]+:\d+(?:[ \t]|$))/;
const endsInVersion = /[ \t]HTTP\/\d(?:\.\d+)?[ \t]*$/i;
const statusLine = /^HTTP\/\d(?:\.\d+)?[ \t]/i;
const hostHeader = /^host[ \t]*:/i;

type Handlers = {
  readonly [Verb in Command["verb"]]: (session: Commanded, command: Extract<Command, { verb: Verb }>) => void;
};

/** Every command, and what it does. */
const handlers: Handlers = {
  fetch(session, { source }) {
    session.fetch(source);
  },
  notif(session, { sources }) {
    const { sourceNames, inbox } = session.offers;
    const unknown = sources.find((source) => !sourceNames.includes(source));
    if (unknown === undefined) return session.notify(sources);
    if (session.isLeaving) session.stopNotify();
    if (unknown === INBOX && inbox === "closed") session.answer(needsKey);
    else session.answer(error(`there is no source "${unknown}": the command "sources" lists them`));
  },
  stop_notif(session) {
    session.leave();
  },
  post(session, { text }) {
    if (!session.offers.takesAds) return session.answer(error("this server takes no ads"));
    const flaw = flawOfAd(text);
    if (flaw !== undefined) return session.answer(error(flaw));
    // Decoded anew: a slice of the client's chunk would keep the whole chunk in memory for as long as the ad is kept.
    session.post(Buffer.from(text).toString());
  },
  key(session, { key, after }) {
    if (key === "") return session.answer(error("say it as: key <key>, or: key <key> <number of the last item read>"));
    // Decoded anew, as above.
    session.openInbox(Buffer.from(key).toString(), after);
  },
  sources(session) {
    session.answer(session.offers.sourceNames.join(" "));
  },
  help(session) {
    const { sourceNames, takesAds, inbox } = session.offers;
    const fetches = sourceNames.map((name) => `${name}?`).join(" ");
    const post = takesAds ? " post <text>" : "";
    const key = inbox === "none" ? "" : " key <key> [after]";
    session.answer(`${fetches} notif [source ...] stop_notif${post}${key} sources ping help quit`);
  },
  ping(session) {
    session.answer("pong");
  },
  quit(session) {
    session.answer(ok);
    session.end("quit");
  },
};

/** What there is for a session. */
export interface Offers {
  readonly sourceNames: readonly string[];
  readonly takesAds: boolean;
  /** Whether there are inboxes, and one is open to the session. */
  readonly inbox: "none" | "closed" | "open";
}

/**
 * Says which lines are commands, and how the server treats others: `"answer"` and `"silent"` know all commands; `"original"`
 * is silent, and knows only those of the how-to, and `post`.
 */
export type Compat = "answer" | "silent" | "original";

/** Of these sources, those that a server of this kind has. */
export function sourcesOf<T>(compat: Compat, sources: Readonly<Record<string, T>>): [name: string, source: T][] {
  return Object.entries(sources).filter(([name]) => compat !== "original" || originalSources.has(name));
}

/** The sources of the how-to. */
const originalSources: ReadonlySet<string> = new Set(["random", "classified"]);

export const ok: string = formatReply({ kind: "ok" });

export function error(message: string): string {
  return formatReply({ kind: "error", message });
}

export function unavailable(name: string): string {
  return error(`${name} is not available now; try again`);
}

/** What is said of the inbox to who has said no key. */
export const needsKey: string = error(`${INBOX} needs a key: key <reading key>`);

/** Returns the last line of a session, by the reason of its end. Some have none. */
export function lastLineOf(reason: CloseReason, keyEnd: KeyEnd | undefined): string | undefined {
  return reason === "keyEnded"
    ? error(`the key opens no ${INBOX} any more: ${keyEnds[keyEnd ?? "unknown"]}`)
    : lastLines[reason];
}

const lastLines: Readonly<Partial<Record<CloseReason, string>>> = {
  stopped: error("the server is stopping"),
  http: error("this is the line protocol, not HTTP: connect with a client of it, or send one command a line"),
};

const keyEnds: Readonly<Record<KeyEnd | "unknown", string>> = {
  renewed: "it was renewed",
  deleted: `its ${INBOX} was deleted`,
  unknown: `it was renewed, or its ${INBOX} was deleted`,
};

const halfLine: string = error(`${HALF_LINE} and may be half of one, so it is not done: end it`);

const unknownCommand: string = error("unknown command");
