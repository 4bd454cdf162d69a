import { LineError } from "../errors.ts";
import { isKey } from "../inbox.ts";
import { isPlain, isSourceName } from "./text.ts";

/** What a client can ask, one line each. */
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

const bare: ReadonlyMap<string, Command> = new Map(
  (["stop_notif", "sources", "help", "ping", "quit"] as const).map((verb) => [verb, { verb }]),
);

/** The command that a line (without its end) says, or `undefined` when it says none. The inverse of `formatCommand`. */
export function parseCommand(line: string): Command | undefined {
  const command = bare.get(line);
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
