/** The lines of the protocol as text: what a client asks, what a server says, and which words may stand in them. No I/O. */

import { LineError } from "./errors.ts";

/** The commands of a client, one line each. */
export type Command =
  /** `<source>?`: the next item of a source */
  | { readonly verb: "fetch"; readonly source: string }
  /** `notif [source …]`: tell me of new items; no names mean every source */
  | { readonly verb: "notif"; readonly sources: readonly string[] }
  /** `post <text>`: put an ad on the board */
  | { readonly verb: "post"; readonly text: string }
  /** `key <key> [after]`: open an inbox, and read on after that number. A key of no characters: the line has none that can be one. */
  | { readonly verb: "key"; readonly key: string; readonly after?: number }
  | { readonly verb: "stop_notif" | "sources" | "help" | "ping" | "quit" };

/** As many names as a `notif` may have; without any it is about all sources. */
const NAMES_MAX = 256;

/** The command that a line (without its end) says, or `undefined` when it says none. The inverse of `formatCommand`. */
export function parseCommand(line: string): Command | undefined {
  const command = bareCommands.get(line);
  if (command !== undefined) return command;
  if (!isPlain(line)) return undefined;
  // Before the question mark is looked for: an ad can end in one, and so can a key.
  if (line === "post") return { verb: "post", text: "" };
  if (line.startsWith("post ")) return { verb: "post", text: line.slice("post ".length) };
  if (line === "key" || line.startsWith("key ")) return keyCommand(line.slice("key ".length).split(" "));
  if (line.endsWith("?")) {
    const source = line.slice(0, -1);
    return isSourceName(source) ? { verb: "fetch", source } : undefined;
  }
  if (line === "notif") return { verb: "notif", sources: [] };
  if (!line.startsWith("notif ")) return undefined;
  // No more are looked at than may be: a line full of names would cost twenty times what another of its length does.
  const sources = line.slice("notif ".length).split(" ", NAMES_MAX + 1);
  return sources.length <= NAMES_MAX && sources.every(isSourceName) ? { verb: "notif", sources } : undefined;
}

const bareCommands: ReadonlyMap<string, Command> = new Map(
  (["stop_notif", "sources", "help", "ping", "quit"] as const).map((verb) => [verb, { verb }]),
);

function keyCommand([key = "", after, ...more]: readonly string[]): Command {
  if (!isKey(key) || more.length > 0) return { verb: "key", key: "" };
  if (after === undefined) return { verb: "key", key };
  const number = /^(0|[1-9]\d{0,15})$/.test(after) ? Number(after) : NaN;
  return Number.isSafeInteger(number) ? { verb: "key", key, after: number } : { verb: "key", key: "" };
}

/**
 * The line, without its end, that says a command.
 *
 * @throws LineError `InvalidArgument` when a text or a name in it would break out of its line, or say another command
 */
export function formatCommand(command: Command): string {
  for (const name of namesIn(command))
    if (!isSourceName(name))
      throw new LineError(
        "InvalidArgument",
        `a source's name is 1 to 63 of a-z 0-9 _ -, a letter first, not ${JSON.stringify(name)}`,
      );
  if (namesIn(command).length > NAMES_MAX)
    throw new LineError("InvalidArgument", `a command names ${NAMES_MAX} sources at most`);
  if (command.verb === "key") checkKey(command);
  const line = spell(command);
  if (!isPlain(line))
    throw new LineError("InvalidArgument", "a command has no control characters, line ends among them");
  return line;
}

function namesIn(command: Command): readonly string[] {
  if (command.verb === "fetch") return [command.source];
  return command.verb === "notif" ? command.sources : [];
}

/** The message has nothing of the key. */
function checkKey({ key, after = 0 }: Extract<Command, { verb: "key" }>): void {
  if (key !== "" && !isKey(key))
    throw new LineError("InvalidArgument", "a key is 1 to 255 printable characters of ASCII without a blank");
  if (!Number.isSafeInteger(after) || after < 0)
    throw new LineError("InvalidArgument", `what a key reads on after is a whole number from 0, not ${String(after)}`);
}

function spell(command: Command): string {
  switch (command.verb) {
    case "fetch":
      return `${command.source}?`;
    case "notif":
      return ["notif", ...command.sources].join(" ");
    case "post":
      return `post ${command.text}`;
    case "key":
      return command.after === undefined ? `key ${command.key}` : `key ${command.key} ${command.after}`;
    default:
      return command.verb;
  }
}

/** The lines of a server. */
export type Reply =
  /** `notif: <source>`: something became available there */
  | { readonly kind: "notification"; readonly source: string }
  /** Begins like a notification and is none (`notif:random`, `notif:`): to be ignored, and counted. */
  | { readonly kind: "malformed" }
  /** `OK`: done as asked */
  | { readonly kind: "ok" }
  /** `error: <what was wrong>`: not done */
  | { readonly kind: "error"; readonly message: string }
  /** any other line: an item that was fetched, or what an extension answers */
  | { readonly kind: "text"; readonly text: string };

/** Returns the meaning of a server's line (without its end); every line has one. The inverse of `formatReply`. */
export function parseReply(line: string): Reply {
  if (line === "OK") return { kind: "ok" };
  if (line.startsWith(ERROR)) return { kind: "error", message: line.slice(ERROR.length) };
  if (!line.startsWith("notif:")) return { kind: "text", text: line };
  const source = line.slice(NOTIFICATION.length);
  return line.startsWith(NOTIFICATION) && isSourceName(source)
    ? { kind: "notification", source }
    : { kind: "malformed" };
}

/** The line, without its end, that says a reply. */
export function formatReply(reply: Exclude<Reply, { kind: "malformed" }>): string {
  switch (reply.kind) {
    case "notification":
      return NOTIFICATION + reply.source;
    case "ok":
      return "OK";
    case "error":
      return ERROR + reply.message;
    case "text":
      return reply.text;
  }
}

const NOTIFICATION = "notif: ";
const ERROR = "error: ";

/** The longest ad, in bytes of UTF-8. */
export const AD_BYTES_MAX = 1_024;

/**
 * Returns the flaw that keeps a text from being an ad, or `undefined`: an ad is 1 to 1,024 bytes of UTF-8 without control characters,
 * that could not be taken for one of the protocol's own lines.
 */
export function flawOfAd(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes < 1 || bytes > AD_BYTES_MAX) return `an ad is 1 to ${AD_BYTES_MAX} bytes, this one is ${bytes}`;
  if (!isPlain(text)) return "an ad has no control characters, line ends and tabs among them";
  if (halfPair.test(text)) return "an ad is well-formed text: this one has half a surrogate pair";
  if (isProtocolLine(text)) return 'an ad is not "OK" and does not begin with "notif:" or "error:"';
  return undefined;
}

/**
 * Refuses a text that cannot be an ad.
 *
 * @throws LineError `InvalidAd`, with the rule it breaks
 */
export function checkAd(text: string): void {
  const flaw = flawOfAd(text);
  if (flaw !== undefined) throw new LineError("InvalidAd", flaw);
}

/** Half a surrogate pair: what a string can hold and UTF-8 cannot. */
const halfPair = /\p{Surrogate}/u;

/** Tells whether a server's line of this text would mean something else than an item. */
export function isProtocolLine(text: string): boolean {
  return text === "OK" || text.startsWith("notif:") || text.startsWith("error:");
}

/** Tells whether `text` can stand in a line: no control character in it (line ends and tabs included). */
export function isPlain(text: string): boolean {
  return !control.test(text);
}

/** C0, DEL and C1: what no line may hold. A terminal would act on them, and a reader could take them for line ends. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** Tells whether `name` can name a source: 1 to 63 of `a-z 0-9 _ -`, a letter first. */
export function isSourceName(name: string): boolean {
  return sourceNameForm.test(name);
}

const sourceNameForm = /^[a-z][a-z0-9_-]{0,62}$/;

/** Tells whether `text` can be a key: 1 to 255 printable characters of ASCII, blanks not among them. */
export function isKey(text: string): boolean {
  return keyForm.test(text);
}

const keyForm = /^[\x21-\x7e]{1,255}$/;

/** The protocol's port. */
export const DEFAULT_PORT = 6789;

/** The source that a key opens. */
export const INBOX: string = "inbox";

/** The part that is the same everywhere of the answer to a key that opens nothing: it will open nothing later either. */
export const NO_INBOX: string = `no ${INBOX} has that key`;

/** The beginning of the answer to a last line that has no end and is not done: a client that ends all its lines was cut off. */
export const HALF_LINE: string = "the last line has no end";
