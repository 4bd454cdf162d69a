import { isSourceName } from "./text.ts";

/** What a server can say, one line each. */
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

const NOTIFICATION = "notif: ";
const ERROR = "error: ";

/** What a server's line (without its end) says. Every line says something. The inverse of `formatReply`. */
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
