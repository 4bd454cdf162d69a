import assert from "node:assert/strict";

/** A request of a client, as the protocol's text names it. */
export type Asked =
  | { readonly verb: "fetch"; readonly source: string }
  | { readonly verb: "notif"; readonly sources: readonly string[] }
  | { readonly verb: "post"; readonly text: string }
  | { readonly verb: "key"; readonly key: string; readonly after: number }
  | { readonly verb: "refused" | "unknown" | "half" | "fault" | "stop_notif" | "sources" | "help" | "ping" | "quit" };

/** Reads a line by the table of the protocol. */
export function asked(line: string, sources: readonly string[]): Asked {
  // oxlint-disable-next-line no-control-regex -- refused, says the protocol
  if (/[\u0000-\u001f\u007f-\u009f]/.test(line)) return { verb: "unknown" };
  switch (line) {
    case "stop_notif":
    case "sources":
    case "help":
    case "ping":
    case "quit":
      return { verb: line };
  }
  const [word = "", ...rest] = line.split(" ");
  if (word === "post") {
    const text = rest.join(" ");
    return text === "" || text === "OK" || /^(notif|error):/.test(text) ? { verb: "refused" } : { verb: "post", text };
  }
  if (word === "key") {
    const [key = "", after = "0", ...more] = rest;
    const isOne = /^[!-~]{1,255}$/.test(key) && /^(0|[1-9][0-9]{0,3})$/.test(after) && more.length === 0;
    return isOne ? { verb: "key", key, after: Number(after) } : { verb: "refused" };
  }
  if (line === "inbox?") return { verb: "fetch", source: "inbox" };
  if (word === "notif" && rest.every((name) => /^[a-z][a-z0-9_-]*$/.test(name)))
    return rest.every((name) => name === "inbox" || sources.includes(name))
      ? { verb: "notif", sources: rest }
      : { verb: "refused" };
  const fetched = sources.find((source) => line === `${source}?`);
  return fetched === undefined ? { verb: "unknown" } : { verb: "fetch", source: fetched };
}

/** Reads the last line, which has no end and may be half of one. */
export function askedByHalf(whole: Asked): Asked {
  const isPlain = whole.verb === "fetch" || (whole.verb === "notif" && whole.sources.length === 0);
  return isPlain || ["stop_notif", "sources", "help", "ping", "quit", "fault"].includes(whole.verb)
    ? whole
    : { verb: "half" };
}

/** The answers to commands that are about nothing. */
export const plainAnswers: Readonly<Record<"help" | "ping" | "unknown" | "half" | "refused", string | RegExp>> = {
  help: /^(?!error:|notif:|OK$)./,
  ping: "pong",
  unknown: "error: unknown command",
  half: /^error: the last line has no end /,
  refused: /^error: /,
};

export function checkAnswer(line: string, expected: string | RegExp, command: Asked): void {
  if (typeof expected === "string") assert.equal(line, expected, `the answer to ${JSON.stringify(command)}`);
  else assert.match(line, expected);
}
