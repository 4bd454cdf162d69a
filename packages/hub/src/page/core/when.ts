/** Where a reader is: what times are told by. */
export interface Place {
  /** BCP 47; undefined is the browser's own. */
  readonly locale?: string;
  /** undefined is the browser's own */
  readonly timeZone?: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

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

/** `2026-11-28` */
function keyOfDay(at: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zone(timeZone) }).format(at);
}

function zone(timeZone: string | undefined): { readonly timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}
