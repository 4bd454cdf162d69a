import type { Figure, Series, Target } from "./figure.ts";
import { ratio, type Summary, summary } from "./statistics.ts";

/** One figure against one peer, or against its limit: `name  ours  peer  ratio  (target)`. */
export interface Row {
  readonly group: string;
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly target: string;
  /** The same ratio by the servers' processor time instead of the clock. */
  readonly byProcessor: string;
  readonly detail: string;
}

const OURS = "doorbell";

/** What a figure says: a row for each peer, and one for each limit. */
export function rows(figure: Figure): readonly Row[] {
  const ours = figure.series.find(({ peer }) => peer === OURS);
  if (ours === undefined) throw new Error("ours was not measured");
  const own = summary(ours.values);
  const common = { group: figure.group, name: figure.name, ours: `${value(own, figure)}${extra(ours)}` };
  const limits = figure.targets.flatMap((target) =>
    "valueMax" in target ? [{ ...common, ...againstLimit(own, target.valueMax, figure) }] : [],
  );
  const peers = figure.series
    .filter((series) => series !== ours)
    .map((series) => ({ ...common, ...againstPeer(ours, series, figure) }));
  return [...limits, ...peers];
}

function againstLimit(own: Summary, max: number, figure: Figure): Omit<Row, "group" | "name" | "ours"> {
  return {
    peer: `limit ${max} ${figure.unit}`,
    ratio: max === 0 ? "" : (own.median / max).toFixed(2),
    target: `≤ ${max}: ${own.median <= max ? "met" : "MISSED"}`,
    byProcessor: "",
    detail: "",
  };
}

function againstPeer(ours: Series, theirs: Series, figure: Figure): Omit<Row, "group" | "name" | "ours"> {
  const between = ratio(ours.values, theirs.values);
  const target = figure.targets.find(
    (one): one is Extract<Target, { peer: string }> => "peer" in one && one.peer === theirs.peer,
  );
  const verdict =
    target === undefined ? "" : `≥ ${target.ratioMin}: ${between.median >= target.ratioMin ? "met" : "MISSED"}`;
  return {
    peer: `${theirs.peer} ${value(summary(theirs.values), figure)}${extra(theirs)}`,
    ratio: Number.isFinite(between.median)
      ? `${between.median.toFixed(2)} [${between.min.toFixed(2)}–${between.max.toFixed(2)}]`
      : "",
    target: verdict,
    byProcessor: byProcessor(ours, theirs),
    detail: [shares(OURS, ours), shares(theirs.peer, theirs)].filter(Boolean).join("; "),
  };
}

function byProcessor({ serverNsEach: ours }: Series, { serverNsEach: theirs }: Series): string {
  return ours === undefined || theirs === undefined ? "" : ratio(theirs, ours).median.toFixed(2);
}

/** The middle, and how far above and below the rounds went. */
function value({ median, min, max }: Summary, { unit }: Figure): string {
  const spread = median === 0 ? 0 : Math.round((Math.max(max - median, median - min) / median) * 100);
  return `${short(median)}${unit === "/s" ? "/s" : ` ${unit}`} ±${spread} %`;
}

function short(number: number): string {
  if (number >= 1e6) return `${(number / 1e6).toFixed(2)} M`;
  if (number >= 1e3) return `${(number / 1e3).toFixed(1)} k`;
  return number.toFixed(Number.isInteger(number) ? 0 : 2);
}

function extra({ firstToLastMs, bytes }: Series): string {
  const parts = [
    bytes === undefined ? "" : `${bytes} B`,
    firstToLastMs === undefined || firstToLastMs < 0.001 ? "" : `first to last ${firstToLastMs.toFixed(2)} ms`,
  ];
  const said = parts.filter(Boolean).join(", ");
  return said === "" ? "" : ` (${said})`;
}

function shares(name: string, { serverShare, loadShare }: Series): string {
  if (serverShare === undefined || loadShare === undefined) return "";
  return `${name} ${Math.round(serverShare * 100)} %, its load ${Math.round(loadShare * 100)} %`;
}

export function line({ group, name, ours, peer, ratio, byProcessor, target }: Row): string {
  return (
    `${group}: ${name}`.padEnd(40) +
    `  ${ours.padEnd(46)}  ${peer.padEnd(58)}  ${ratio.padEnd(18)}  ${byProcessor.padEnd(4)}  ${target === "" ? "" : `(${target})`}`.trimEnd()
  );
}

export function markdown(all: readonly Row[], machine: string): string {
  const cells = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return [
    machine,
    "",
    cells(["figure", "ours", "peer", "ratio [rounds]", "by processor time", "target", "share of a core"]),
    cells(Array.from({ length: 7 }, () => "---")),
    ...all.map((row) =>
      cells([`${row.group}: ${row.name}`, row.ours, row.peer, row.ratio, row.byProcessor, row.target, row.detail]),
    ),
    "",
  ].join("\n");
}
