import { parseReply, type Reply } from "../../codec/index.ts";
import { LineError } from "../../errors.ts";
import { HALF_LINE } from "../../half-line.ts";
import { spellOut } from "./spell-out.ts";

/** What kind of line can answer a command; `"line"`: any. */
export type Expects = "number" | "text" | "ok" | "line";

/** A command that is waiting for its answer. */
export interface Asked {
  readonly expects: Expects;
  answered(text: string): void;
  refused(error: LineError): void;
}

/** What a conversation tells. */
export interface ConversationEvents {
  notified(source: string): void;
  /** A line that nobody asked for, or that is malformed. */
  ignored(): void;
  /** A line came that may be a greeting: if it was none, and no answer follows it soon, this is what is wrong. */
  greeted(error: LineError): void;
  /** An answer came that cannot be one to the command that waits: from here on nothing can be told apart. */
  outOfStep(error: LineError): void;
}

/**
 * Tells the lines of one connection apart: answers, notifications, and what nobody asked for.
 *
 * Answers have no tags. The one check there is, is whether a line can answer the command that waits; if it cannot, an
 * answer was lost or given twice, and every later one would go to the wrong call. One such line is forgiven before the
 * first answer, if it can be a greeting: the protocol's own words and digits are none.
 */
export class Conversation {
  readonly #events: ConversationEvents;
  #asked: Asked | undefined;
  #greeted = false;

  constructor(events: ConversationEvents) {
    this.#events = events;
  }

  get isWaiting(): boolean {
    return this.#asked !== undefined;
  }

  /** `asked` has just been sent: the next answer is its own. */
  ask(asked: Asked): void {
    this.#asked = asked;
  }

  line(line: string): void {
    const reply = parseReply(line);
    if (reply.kind === "notification") return this.#events.notified(reply.source);
    const asked = this.#asked;
    if (reply.kind === "malformed" || asked === undefined) return this.#events.ignored();
    if (!canAnswer(reply, asked.expects)) return this.#mismatch(line, asked);
    this.#greeted = true;
    if (reply.kind === "error" && reply.message.startsWith(HALF_LINE))
      return this.#events.outOfStep(new LineError("Disconnected", "the connection was cut within a command"));
    this.#asked = undefined;
    if (reply.kind === "error") asked.refused(refusal(reply.message));
    else if (asked.expects === "number") number(line, asked);
    else asked.answered(line);
  }

  #mismatch(line: string, { expects }: Asked): void {
    const got = line === "OK" ? "OK" : /^\d+\s*$/.test(line) ? "a number" : "a text";
    const error = new LineError("OutOfStep", `expected ${wanted[expects]}, the server said ${got}`);
    if (this.#greeted || got !== "a text" || /^(OK\s*$|error:)/i.test(line)) return this.#events.outOfStep(error);
    this.#greeted = true;
    this.#events.ignored();
    this.#events.greeted(error);
  }
}

/** The error that a line says, if it says one. */
export function refusalIn(line: string): LineError | undefined {
  const reply = parseReply(line);
  return reply.kind === "error" ? refusal(reply.message) : undefined;
}

function refusal(message: string): LineError {
  return new LineError("Refused", `the server answered: ${spellOut(message)}`);
}

const wanted: Readonly<Record<Expects, string>> = { number: "a number", text: "an item", ok: "OK", line: "an answer" };

function canAnswer(reply: Reply, expects: Expects): boolean {
  if (reply.kind === "error" || expects === "line") return true;
  if (reply.kind === "ok" || expects === "ok") return reply.kind === "ok" && expects === "ok";
  // Nothing at all: there is no number yet.
  return expects === "text" || (reply.kind === "text" && /^(\d+[ \t]*)?$/.test(reply.text));
}

function number(line: string, asked: Asked): void {
  if (Number(line) <= Number.MAX_SAFE_INTEGER) asked.answered(line.trimEnd());
  else asked.refused(new LineError("BadAnswer", "the server gave a number that is beyond 2^53-1"));
}
