/** The rules for what others say to an inbox or of it: each check refuses what breaks one, and says which. */

import { createHash } from "node:crypto";

import type { BellLimits, PageQuery, Priority, Publication, Retention } from "./types.ts";

export const TEXT_BYTES_MAX = 4_096;
export const TITLE_BYTES_MAX = 250;
export const TAGS_MAX = 8;
export const TAG_BYTES_MAX = 64;
export const CLICK_BYTES_MAX = 2_048;

/** A publication with nothing left open. */
interface CheckedPublication extends Publication {
  readonly priority: Priority;
  readonly tags: readonly string[];
}

/**
 * What was said as it is stored: line ends are \n, an empty title or click is none, and what was left out is the default.
 *
 * @throws RefusedError `TooLarge` or `InvalidItem`, which say what was wrong and where
 */
export function checkPublication(said: Publication): CheckedPublication {
  if (typeof said !== "object" || said === null) throw invalid(`a publication is an object, not ${kindOf(said)}`);
  const text: unknown = typeof said.text === "string" ? said.text.replaceAll("\r\n", "\n") : said.text;
  checkText(text, { what: "text", bytesMax: TEXT_BYTES_MAX, lines: true, ...codesOfItem });
  const { title = "", priority = 3, tags = [], click = "" } = said;
  checkText(title, { what: "title", bytesMax: TITLE_BYTES_MAX, ...codesOfItem });
  if (![1, 2, 3, 4, 5].includes(priority))
    throw invalid(
      `priority is 1, 2, 3, 4 or 5, not ${typeof priority === "number" ? String(priority) : kindOf(priority)}`,
    );
  checkTags(tags);
  checkClick(click);
  return { text, ...(title !== "" && { title }), priority, tags: [...tags], ...(click !== "" && { click }) };
}

function checkTags(tags: unknown): void {
  if (!Array.isArray(tags)) throw invalid(`tags are a list of texts, not ${kindOf(tags)}`);
  if (tags.length > TAGS_MAX)
    throw new RefusedError({
      code: "TooLarge",
      message: `an item has at most ${TAGS_MAX} tags, this one ${tags.length}`,
    });
  for (const [index, tag] of tags.entries())
    checkText(tag, { what: `tag ${index + 1}`, bytesMin: 1, bytesMax: TAG_BYTES_MAX, ...codesOfItem });
}

function checkClick(click: unknown): void {
  if (click === "") return;
  checkText(click, { what: "click", bytesMax: CLICK_BYTES_MAX, ...codesOfItem });
  // A URL's parser would take blanks away, and what is stored is not what was looked at.
  if (/\s/u.test(click)) throw invalid("click is an address without blanks: write %20");
  let scheme: string;
  try {
    scheme = new URL(click).protocol;
  } catch {
    throw invalid("click is a whole address, as https://example.org/");
  }
  if (!schemes.has(scheme)) throw invalid("click is an address of http, https or mailto");
}

/** Only what a browser opens without running anything. */
const schemes: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

const codesOfItem = { code: "InvalidItem", codeOfLength: "TooLarge" } as const satisfies Record<string, RefusalCode>;

function invalid(message: string): RefusedError {
  return new RefusedError({ code: "InvalidItem", message });
}

/** SHA-256 of what was said, by which a repeat is told from another ring under the same idempotency key. */
export function hashOfPublication({ text, title, priority, tags, click }: CheckedPublication): Uint8Array {
  return createHash("sha256")
    .update(JSON.stringify([text, title ?? null, priority, tags, click ?? null]))
    .digest();
}

export const defaultBellLimits: BellLimits = {
  perMinute: 60,
  bytesMax: TEXT_BYTES_MAX,
  ringsMax: null,
  expiresAt: null,
};

const PER_MINUTE_MAX = 1_000_000;
const RINGS_MAX = 1_000_000_000;
/** The last millisecond that a date can say. */
const AT_MAX = 8_640_000_000_000_000;

/**
 * Those of these limits that are given, checked.
 *
 * @param now milliseconds since 1970
 * @throws RefusedError `InvalidArgument`
 */
export function checkBellLimits(given: Partial<BellLimits>, now: number): Partial<BellLimits> {
  const { perMinute, bytesMax, ringsMax, expiresAt } = given;
  if (perMinute !== undefined) checkWhole(perMinute, "perMinute", [1, PER_MINUTE_MAX]);
  if (bytesMax !== undefined) checkWhole(bytesMax, "bytesMax", [0, TEXT_BYTES_MAX]);
  if (ringsMax !== undefined && ringsMax !== null) checkWhole(ringsMax, "ringsMax", [1, RINGS_MAX]);
  if (expiresAt !== undefined && expiresAt !== null) checkExpiry(expiresAt, now);
  return {
    ...(perMinute !== undefined && { perMinute }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(ringsMax !== undefined && { ringsMax }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function checkExpiry(expiresAt: unknown, now: number): void {
  if (!Number.isSafeInteger(expiresAt) || (expiresAt as number) > AT_MAX)
    throw new RefusedError({
      code: "InvalidArgument",
      message: `expiresAt is in whole milliseconds since 1970, or null; not ${typeof expiresAt === "number" ? String(expiresAt) : kindOf(expiresAt)}`,
    });
  if ((expiresAt as number) <= now)
    throw new RefusedError({
      code: "InvalidArgument",
      message: "expiresAt is over: give a time to come, or null for never",
    });
}

/** The inbox that a hub makes at its first start. */
export const FIRST_INBOX = "me";
export const LABEL_BYTES_MAX = 64;
export const INBOX_NAME_MAX = 63;
export const IDEMPOTENCY_KEY_MAX = 255;

/** @throws RefusedError `InvalidArgument` */
export function checkLabel(label: unknown): asserts label is string {
  checkText(label, { what: "a bell's label", bytesMin: 1, bytesMax: LABEL_BYTES_MAX, code: "InvalidArgument" });
}

/** @throws RefusedError `InvalidArgument` */
export function checkInboxName(name: unknown): asserts name is string {
  if (typeof name === "string" && /^[a-z0-9_-]{1,63}$/.test(name)) return;
  const given = typeof name === "string" ? `this one is ${JSON.stringify(name.slice(0, 80))}` : `not ${kindOf(name)}`;
  throw new RefusedError({
    code: "InvalidArgument",
    message: `an inbox's name is 1 to ${INBOX_NAME_MAX} of a-z, 0-9, _ and -; ${given}`,
  });
}

/**
 * SHA-256 of an idempotency key.
 *
 * @throws RefusedError `InvalidArgument`
 */
export function hashOfIdempotencyKey(key: unknown): Uint8Array {
  if (typeof key !== "string" || !/^[\x20-\x7e]{1,255}$/.test(key))
    throw new RefusedError({
      code: "InvalidArgument",
      message: `an idempotency key is 1 to ${IDEMPOTENCY_KEY_MAX} printable characters of ASCII: choose another`,
    });
  return createHash("sha256").update(key).digest();
}

const PAGE_ITEMS_MAX = 100;
export const SEARCH_BYTES_MAX = 256;
const PAGE_ITEMS = 50;

/**
 * A query that can be put to a store.
 *
 * @throws RefusedError `InvalidArgument`
 */
export function checkPageQuery({ after, before, limit = PAGE_ITEMS, search = "" }: PageQuery): PageQuery {
  if (after !== undefined && before !== undefined)
    throw new RefusedError({ code: "InvalidArgument", message: "give after or before, not both" });
  const number = [0, Number.MAX_SAFE_INTEGER] as const;
  if (after !== undefined) checkWhole(after, "after", number);
  if (before !== undefined) checkWhole(before, "before", number);
  checkWhole(limit, "limit", [1, PAGE_ITEMS_MAX]);
  checkText(search, { what: "search", bytesMax: SEARCH_BYTES_MAX, code: "InvalidArgument" });
  return {
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    limit,
    ...(search !== "" && { search }),
  };
}

export const defaultRetention: Retention = {
  itemsMax: 10_000,
  ageMaxMs: 30 * 24 * 60 * 60_000,
  bytesMax: 64 * 2 ** 20,
  whenFull: "dropOldest",
};

const ITEMS_MAX = 1_000_000;
const AGE_MIN_MS = 60_000;
/** A hundred years. */
const AGE_MAX_MS = 100 * 365 * 24 * 60 * 60_000;
/** One item always fits. */
const BYTES_MIN = 65_536;
const BYTES_MAX = 64 * 2 ** 30;

/**
 * A retention of what is given, and for the rest of what was before.
 *
 * @throws RefusedError `InvalidArgument`
 */
export function checkRetention(given: Partial<Retention> = {}, before: Retention = defaultRetention): Retention {
  if (typeof given !== "object" || given === null)
    throw new RefusedError({ code: "InvalidArgument", message: `retention is an object, not ${kindOf(given)}` });
  const {
    itemsMax = before.itemsMax,
    ageMaxMs = before.ageMaxMs,
    bytesMax = before.bytesMax,
    whenFull = before.whenFull,
  } = given;
  checkWhole(itemsMax, "itemsMax", [1, ITEMS_MAX]);
  if (ageMaxMs !== null) checkWhole(ageMaxMs, "ageMaxMs", [AGE_MIN_MS, AGE_MAX_MS]);
  checkWhole(bytesMax, "bytesMax", [BYTES_MIN, BYTES_MAX]);
  if (whenFull !== "dropOldest" && whenFull !== "refuse")
    throw new RefusedError({ code: "InvalidArgument", message: 'whenFull is "dropOldest" or "refuse"' });
  return { itemsMax, ageMaxMs, bytesMax, whenFull };
}

/** What a text may be. */
interface TextRule {
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
function checkText(text: unknown, rule: TextRule): asserts text is string {
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

/** Half a surrogate pair: what a string can hold and UTF-8 cannot. */
const halfPair = /\p{Surrogate}/u;
/** Control characters, those of eight bits among them; and those but line ends and tabs. */
const control = /\p{Cc}/u;
const controlInText = /[^\P{Cc}\n\t]/u;

/** A number that must be whole and within a range. */
function checkWhole(value: unknown, what: string, [min, max]: readonly [number, number]): void {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return;
  const given = typeof value === "number" ? String(value) : kindOf(value);
  throw new RefusedError({
    code: "InvalidArgument",
    message: `${what} is a whole number from ${min} to ${max}, not ${given}`,
  });
}

/** What a value is, without what it says. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}

/** Why something of an inbox was not done. Each is told to whoever asked, with a message that says what to do. */
export const refusalCodes = [
  /** no bell has that address: there never was one, or it was revoked */
  "UnknownBell",
  "BellPaused",
  "BellExpired",
  "BellUsedUp",
  /** too many rings: again after `retryAfterMs` */
  "RateLimited",
  "TooLarge",
  "InvalidItem",
  /** the idempotency key was used for another item */
  "KeyReused",
  /** the inbox is full, and keeps what it has */
  "InboxFull",
  /** what was asked for is not understood */
  "InvalidArgument",
  /** the key opens nothing, or not this */
  "AccessDenied",
  /** there is no such inbox, bell or session */
  "NotFound",
  /** there are as many as there may be */
  "LimitReached",
  /** it could not be stored; whether it was is not known if the disk failed */
  "StoreFailed",
  /** who has the inboxes is not there now, or did not answer in time: whether it was done is not known */
  "Unavailable",
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** After how long it is worth to try again: milliseconds. */
  readonly retryAfterMs?: number;
}

/** What was refused, where it is thrown. Told apart by its code. */
export class RefusedError extends Error implements Refusal {
  readonly code: RefusalCode;
  readonly retryAfterMs?: number;

  constructor({ code, message, retryAfterMs }: Refusal) {
    super(message);
    this.name = "RefusedError";
    this.code = code;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}
