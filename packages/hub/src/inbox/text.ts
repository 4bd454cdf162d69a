import { type RefusalCode, RefusedError } from "./refusal.ts";

/** Half a surrogate pair: what a string can hold and UTF-8 cannot. */
const halfPair = /\p{Surrogate}/u;
/** Control characters, those of eight bits among them; and those but line ends and tabs. */
const control = /\p{Cc}/u;
const controlInText = /[^\P{Cc}\n\t]/u;

/** What a text may be. */
export interface TextRule {
  /** What it is called where it is refused. */
  readonly what: string;
  readonly bytesMin?: number;
  readonly bytesMax: number;
  /** Whether it may have line ends and tabs. */
  readonly lines?: boolean;
  /** The code of a refusal that has nothing to do with its length. */
  readonly code: RefusalCode;
  /** The code of one that has. @default code */
  readonly codeOfLength?: RefusalCode;
}

/**
 * Refuses what is no text of that kind.
 *
 * @throws RefusedError with the rule that it breaks
 */
export function checkText(text: unknown, rule: TextRule): asserts text is string {
  const { what, bytesMin = 0, bytesMax, lines = false, code, codeOfLength = code } = rule;
  if (typeof text !== "string") throw new RefusedError({ code, message: `${what} is a text, not ${kindOf(text)}` });
  const bytes = Buffer.byteLength(text);
  if (bytes < bytesMin || bytes > bytesMax) {
    const range = bytesMin === 0 ? `at most ${bytesMax}` : `${bytesMin} to ${bytesMax}`;
    throw new RefusedError({ code: codeOfLength, message: `${what} is ${range} bytes of UTF-8, this one is ${bytes}` });
  }
  if (halfPair.test(text))
    throw new RefusedError({ code, message: `${what} is well-formed text: this one has half a surrogate pair` });
  const at = text.search(lines ? controlInText : control);
  if (at < 0) return;
  const name = `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const but = lines ? " but line ends and tabs" : "";
  throw new RefusedError({ code, message: `${what} has no control characters${but}: remove ${name} at ${at}` });
}

/** A number that must be whole and within a range. */
export function checkWhole(value: unknown, what: string, [min, max]: readonly [number, number]): void {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return;
  const given = typeof value === "number" ? String(value) : kindOf(value);
  throw new RefusedError({
    code: "InvalidArgument",
    message: `${what} is a whole number from ${min} to ${max}, not ${given}`,
  });
}

/** What a value is, without what it says. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}
