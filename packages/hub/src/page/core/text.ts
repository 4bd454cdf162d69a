/** How the page says things: times, texts and links that others wrote, commands, QR codes and notifications. */

import { encode } from "uqr";

import { printable } from "../../printable.ts";
import type { Item } from "./api.ts";

/** Where a reader is: what times are told by. */
export interface Place {
  /** BCP 47; undefined is the browser's own. */
  readonly locale?: string;
  /** undefined is the browser's own */
  readonly timeZone?: string;
}

/** The time of the day: `5:07 AM`, `05:07`. */
export function timeOf(at: number, { locale, timeZone }: Place = {}): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short", ...zone(timeZone) }).format(at);
}

/** The day: `Today`, `Yesterday`, `Wednesday, November 25`, and with the year if it is another. */
export function dayOf(at: number, now: number, { locale, timeZone }: Place = {}): string {
  const day = keyOfDay(at, timeZone);
  if (day === keyOfDay(now, timeZone)) return "Today";
  if (day === keyOfDay(now - DAY_MS, timeZone)) return "Yesterday";
  const isSameYear = day.slice(0, 4) === keyOfDay(now, timeZone).slice(0, 4);
  return new Intl.DateTimeFormat(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(isSameYear ? {} : { year: "numeric" }),
    ...zone(timeZone),
  }).format(at);
}

/** Everything, for who wants to know exactly. */
export function exactly(at: number, { locale, timeZone }: Place = {}): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium", ...zone(timeZone) }).format(at);
}

/** How long ago, or until: `5 minutes ago`, `in 3 days`. */
export function fromNow(at: number, now: number, { locale }: Place = {}): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const ms = at - now;
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return ms <= 0 ? "just now" : "in less than a minute";
  if (size < HOUR_MS) return format.format(Math.trunc(ms / MINUTE_MS), "minute");
  if (size < DAY_MS) return format.format(Math.trunc(ms / HOUR_MS), "hour");
  return format.format(Math.trunc(ms / DAY_MS), "day");
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2026-11-28` */
function keyOfDay(at: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zone(timeZone) }).format(at);
}

function zone(timeZone: string | undefined): { readonly timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}

/** One line that others wrote: what hides or reorders text is spelled out. */
export function shownLine(text: string): string {
  return printable(text);
}

/** The same of a text of several lines. */
export function shownText(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part) => (part === "\n" || part === "\t" ? part : printable(part)))
    .join("");
}

/** Where a link of an item leads, as it may be opened and as it is told. */
interface Click {
  readonly href: string;
  /** The host, or who the mail is for: the address itself may be long, and misleading. */
  readonly place: string;
}

/** A link that may be opened; undefined for none, and for what is no address of http, https or mailto. */
export function clickOf(text: string | undefined): Click | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case "http:":
    case "https:":
      return { href: url.href, place: url.host };
    case "mailto:":
      return { href: url.href, place: decoded(url.pathname) };
    default:
      return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What rings a bell at a shell. */
export function curlLine(address: string): string {
  return `curl -d "Hello" ${quoted(address)}`;
}

/** A word that no shell takes apart. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A QR code as the path of an SVG, a unit a module. */
interface QrCode {
  /** Units a side, the quiet zone included. */
  readonly size: number;
  /** The dark modules. */
  readonly path: string;
}

/** The QR code of a text of up to 2,331 bytes, of which 15 % may be illegible. */
export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  return { size, path: data.map((row, y) => rowPath(row, y)).join("") };
}

/** Light modules around the code: fewer, and it is not found. */
const QUIET = 4;

/** The dark modules of a row, those side by side as one. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const from = x;
    while (row[x + 1] === true) x += 1;
    path += `M${from} ${y}h${x + 1 - from}v1h${from - x - 1}z`;
  }
  return path;
}

/** So many at once are shown one by one; more as one that says how many. */
export const NOTICES_MAX: number = 3;

/** What a browser's notification says. One with the tag of another takes its place. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** What to say of items that arrived together, the oldest first. */
export function noticesOf(items: readonly Item[], inbox: string): readonly Notice[] {
  if (items.length <= NOTICES_MAX) return items.map((item) => noticeOf(item, inbox));
  const labels = [...new Set(items.map(({ bell }) => shownLine(bell.label)))];
  const from = labels.length <= NOTICES_MAX ? labels.join(", ") : `${labels.length} bells`;
  return [{ title: `${items.length} new items in ${inbox}`, body: `From ${from}`, tag: `doorbell ${inbox}` }];
}

function noticeOf({ sequence, bell, title, text }: Item, inbox: string): Notice {
  const label = shownLine(bell.label);
  const tag = `doorbell ${inbox} ${sequence}`;
  if (title === undefined) return { title: label, body: shownText(text), tag };
  return { title: shownLine(title), body: `${label}\n${shownText(text)}`.trim(), tag };
}

/** The same for a screen reader that should not be interrupted by each. */
export function spoken(items: readonly Item[]): string {
  if (items.length !== 1) return `${items.length} new items`;
  const [{ bell, title, text }] = items as readonly [Item];
  const line = title ?? text.split("\n", 1)[0] ?? "";
  return `New from ${shownLine(bell.label)}: ${shownLine(line)}`.replace(/: $/, "");
}
