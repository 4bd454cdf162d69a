import type { NewBell } from "./api.ts";

/** How long a new bell may be rung. */
export const LIVES: Readonly<Record<string, { readonly says: string; readonly ms: number | null }>> = {
  ever: { says: "Never", ms: null },
  hour: { says: "In an hour", ms: 3_600_000 },
  day: { says: "In a day", ms: 86_400_000 },
  week: { says: "In a week", ms: 7 * 86_400_000 },
  month: { says: "In 30 days", ms: 30 * 86_400_000 },
};

/** What was typed. */
export interface BellForm {
  readonly label: string;
  readonly perMinute: string;
  /** Empty is no limit. */
  readonly ringsMax: string;
  /** A key of `LIVES`. */
  readonly life: string;
}

/** What is wrong with a field, by its name. */
export type Flaws = Readonly<Partial<Record<keyof BellForm, string>>>;

/** The bell that a form asks for, or what is wrong with it. `now` is in milliseconds since 1970. */
export function bellOf(form: BellForm, now: number): { readonly bell: NewBell } | { readonly flaws: Flaws } {
  const label = form.label.trim();
  const perMinute = wholeOf(form.perMinute);
  const ringsMax = form.ringsMax.trim() === "" ? null : wholeOf(form.ringsMax);
  const flaws: Partial<Record<keyof BellForm, string>> = {};
  const labelFlaw = flawOfLabel(label);
  if (labelFlaw !== undefined) flaws.label = labelFlaw;
  if (perMinute === undefined) flaws.perMinute = "Give a whole number of 1 or more.";
  if (ringsMax === undefined) flaws.ringsMax = "Give a whole number of 1 or more, or nothing for no limit.";
  if (perMinute === undefined || ringsMax === undefined || labelFlaw !== undefined) return { flaws };
  const lifeMs = LIVES[form.life]?.ms ?? null;
  return { bell: { label, perMinute, ringsMax, expiresAt: lifeMs === null ? null : now + lifeMs } };
}

/** What keeps a text from being a bell's label. */
export function flawOfLabel(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text.trim()).length;
  if (bytes === 0) return "Say who or what will ring it.";
  return bytes > 64 ? `A label is at most 64 bytes; this one is ${bytes}.` : undefined;
}

/** What keeps a text from being an inbox's name. */
export function flawOfName(text: string): string | undefined {
  return /^[a-z0-9_-]{1,63}$/.test(text) ? undefined : "A name is 1 to 63 of a-z, 0-9, _ and -.";
}

function wholeOf(text: string): number | undefined {
  const value = Number(text.trim());
  return text.trim() !== "" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}
