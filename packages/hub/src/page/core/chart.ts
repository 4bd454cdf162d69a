import { type Place, timeOf } from "./when.ts";
import type { RingsOfHour } from "./wire.ts";

const HOUR_MS = 3_600_000;

/** How many hours a chart shows, the present one the last. */
export const CHART_HOURS: number = 48;

interface Bar {
  /** Which hour of the chart: 0 is the oldest. */
  readonly index: number;
  readonly rings: number;
  /** 0 to 1, of the highest */
  readonly height: number;
}

interface Chart {
  readonly bars: readonly Bar[];
  readonly total: number;
  /** The same in words. */
  readonly text: string;
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

function words(total: number, most: { readonly hour: number; readonly rings: number }, place: Place): string {
  const all = `${total} ${total === 1 ? "ring" : "rings"} in the last ${CHART_HOURS} hours`;
  return total === 1 ? all : `${all}; at most ${most.rings} an hour, from ${timeOf(most.hour, place)}`;
}
