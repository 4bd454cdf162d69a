import { ratio, summary } from "../../line/run/statistics.ts";
import type { Row, Target } from "../figures/index.ts";
import type { Series } from "./alternate.ts";

const cells = (row: readonly string[]): string => `| ${row.join(" | ")} |\n`;

export const head: string =
  cells(["figure", "who", "median", "spread", "ours / theirs [rounds]", "processor time each", "target"]) +
  cells(["---", "---", "---:", "---:", "---:", "---:", "---"]);

/** A row of the table for each contestant; the first is ours, and all others are held against it. */
export function lines({ name, unit, targets }: Row, series: readonly Series[]): string {
  const [ours] = series;
  if (ours === undefined) throw new Error(`${name}: ours was not measured`);
  return series
    .map((one, at) => {
      const { median, min, max } = summary(one.values);
      const between = ratio(ours.values, one.values);
      const ratios = `${between.median.toFixed(2)} [${between.min.toFixed(2)}-${between.max.toFixed(2)}]`;
      const own = at === 0;
      const target = targets.find(({ against }) => against === (own ? undefined : one.who));
      const more = summary(ours.values).median - median;
      return cells([
        own ? name : "",
        one.who,
        said(median, unit),
        `${short(min)}-${short(max)}`,
        own ? "" : Number.isFinite(between.median) ? ratios : "",
        cost(ours.costs, one.costs, own),
        target === undefined ? "" : verdict(target, own ? median : between.median, more, unit),
      ]);
    })
    .join("");
}

/** Of all threads together, and how many times ours it is. */
function cost(ours: readonly number[], theirs: readonly number[], own: boolean): string {
  if (theirs.length === 0) return "";
  const times = ratio(theirs, ours).median;
  return `${short(summary(theirs).median)} us${own ? "" : ` (${times.toFixed(2)} x)`}`;
}

function verdict({ against, atLeast, atMost, atMostMore }: Target, value: number, more: number, unit: string): string {
  const limit = (number: number): string => (against === undefined ? said(number, unit) : String(number));
  const met = (good: boolean): string => (good ? "met" : "MISSED");
  if (atLeast !== undefined) return `>= ${limit(atLeast)}: ${met(value >= atLeast)}`;
  if (atMost !== undefined) return `<= ${limit(atMost)}: ${met(value <= atMost)}`;
  if (atMostMore !== undefined)
    return `<= ${said(atMostMore, unit)} more: ${met(more <= atMostMore)} (${said(more, unit)})`;
  return "";
}

function said(value: number, unit: string): string {
  return unit === "/s" ? `${short(value)}/s` : `${short(value)} ${unit}`;
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (size >= 1e4) return `${(value / 1e3).toPrecision(3)} k`;
  return size >= 1_000 ? value.toFixed(0) : value.toPrecision(3);
}
