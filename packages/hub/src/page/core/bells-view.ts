/** The bells of an inbox as the page shows them, the form for a new one, and the chart of a bell's rings. */

import { type ReadonlySignal, signal } from "@preact/signals-core";

import type { Bell } from "../../inbox/types.ts";
import { type Api, type BellChange, type MadeBell, messageOf, type NewBell, type RingsOfHour } from "./api.ts";
import { type Place, timeOf } from "./text.ts";

/** The bells of one inbox. What fails rejects with `Failure`, unless it says otherwise. */
export class BellsView {
  readonly inbox: number;
  readonly #api: Api;
  readonly #bells = signal<readonly Bell[] | undefined>(undefined);
  readonly #made = signal<MadeBell | undefined>(undefined);
  readonly #failure = signal("");

  constructor(api: Api, inbox: number) {
    this.inbox = inbox;
    this.#api = api;
  }

  /** Those that are not revoked, the newest first; undefined until they are known. */
  get bells(): ReadonlySignal<readonly Bell[] | undefined> {
    return this.#bells;
  }

  /** The bell that was made last, until its address was put away. */
  get made(): ReadonlySignal<MadeBell | undefined> {
    return this.#made;
  }

  /** Why the bells are not known. */
  get failure(): ReadonlySignal<string> {
    return this.#failure;
  }

  /** Asks for the bells anew; a failure is told by `failure`. */
  async load(): Promise<void> {
    try {
      const bells = await this.#api.bells(this.inbox);
      this.#bells.value = bells.filter(({ state }) => state !== "revoked").toSorted((a, b) => b.id - a.id);
      this.#failure.value = "";
    } catch (cause) {
      this.#failure.value = messageOf(cause);
    }
  }

  async create(bell: NewBell): Promise<void> {
    const made = await this.#api.createBell(this.inbox, bell);
    this.#made.value = made;
    this.#bells.value = [made.bell, ...(this.#bells.value ?? []).filter(({ id }) => id !== made.bell.id)];
  }

  /** Whether another bell has the same label: nobody can tell their items apart. */
  hasTwin({ id, label }: Bell): boolean {
    return this.#bells.value?.some((each) => each.label === label && each.id !== id) ?? false;
  }

  /** The address of the new bell was seen: it is not shown again. */
  putAway(): void {
    this.#made.value = undefined;
  }

  async change(id: number, change: BellChange): Promise<void> {
    const bell = await this.#api.changeBell(this.inbox, id, change);
    this.#bells.value = this.#bells.value?.map((old) => (old.id === id ? { ...old, ...bell } : old));
  }

  async revoke(id: number): Promise<void> {
    await this.#api.revokeBell(this.inbox, id);
    this.#bells.value = this.#bells.value?.filter((bell) => bell.id !== id);
    if (this.#made.value?.bell.id === id) this.putAway();
  }

  /** How often it was rung, by the hour. */
  async rings(id: number): Promise<readonly RingsOfHour[]> {
    return (await this.#api.bell(this.inbox, id)).ringsByHour;
  }
}

/** What was typed. */
export interface BellForm {
  readonly label: string;
  readonly perMinute: string;
  /** Empty is no limit. */
  readonly ringsMax: string;
  /** A key of `LIVES`. */
  readonly life: string;
}

/** How long a new bell may be rung. */
export const LIVES: Readonly<Record<string, { readonly says: string; readonly ms: number | null }>> = {
  ever: { says: "Never", ms: null },
  hour: { says: "In an hour", ms: 3_600_000 },
  day: { says: "In a day", ms: 86_400_000 },
  week: { says: "In a week", ms: 7 * 86_400_000 },
  month: { says: "In 30 days", ms: 30 * 86_400_000 },
};

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

function wholeOf(text: string): number | undefined {
  const value = Number(text.trim());
  return text.trim() !== "" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
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

/** How many hours a chart shows, the present one the last. */
export const CHART_HOURS: number = 48;

interface Chart {
  readonly bars: readonly Bar[];
  readonly total: number;
  /** The same in words. */
  readonly text: string;
}

interface Bar {
  /** Which hour of the chart: 0 is the oldest. */
  readonly index: number;
  readonly rings: number;
  /** 0 to 1, of the highest */
  readonly height: number;
}

/** Rings by the hour, as bars and in words. */
export function chartOf(rings: readonly RingsOfHour[], now: number, place: Place = {}): Chart {
  const present = Math.floor(now / HOUR_MS) * HOUR_MS;
  const byHour = new Map(rings.map(({ hour, rings }) => [Math.floor(hour / HOUR_MS) * HOUR_MS, rings]));
  const hours = Array.from({ length: CHART_HOURS }, (_, index) => {
    const hour = present - (CHART_HOURS - 1 - index) * HOUR_MS;
    return { index, hour, rings: byHour.get(hour) ?? 0 };
  });
  const most = hours.reduce((most, hour) => (hour.rings > most.rings ? hour : most));
  const total = hours.reduce((sum, { rings }) => sum + rings, 0);
  return {
    bars: hours.map(({ index, rings }) => ({ index, rings, height: most.rings === 0 ? 0 : rings / most.rings })),
    total,
    text: total === 0 ? `No rings in the last ${CHART_HOURS} hours` : words(total, most, place),
  };
}

const HOUR_MS = 3_600_000;

function words(total: number, most: { readonly hour: number; readonly rings: number }, place: Place): string {
  const all = `${total} ${total === 1 ? "ring" : "rings"} in the last ${CHART_HOURS} hours`;
  return total === 1 ? all : `${all}; at most ${most.rings} an hour, from ${timeOf(most.hour, place)}`;
}
