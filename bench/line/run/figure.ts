import type { Sample } from "./load.ts";

/** What one server did in every round of a figure. */
export interface Series {
  readonly peer: string;
  readonly values: number[];
  /** Share of a core that the load client took: near 1 it would be what is measured. */
  readonly loadShare?: number;
  /** Share of a core that the server took: near 1 it is what is measured. */
  readonly serverShare?: number;
  /** Processor time of the server for each delivery or answer, round by round: what a busy machine disturbs least. */
  readonly serverNsEach?: readonly number[];
  /** Milliseconds from the first subscriber that had everything to the last: the middle of all rounds. */
  readonly firstToLastMs?: number;
  /** Bytes on the wire for one delivery or answer. */
  readonly bytes?: number;
}

/** What is wanted of the ratio ours / peer, or of our value itself. */
export type Target = { readonly peer: string; readonly ratioMin: number } | { readonly valueMax: number };

/** One thing measured, for all servers alternately. */
export interface Figure {
  readonly group: string;
  readonly name: string;
  readonly unit: "/s" | "KiB" | "ticks" | "ms";
  readonly series: readonly Series[];
  readonly targets: readonly Target[];
}

/** How a run is to be made. */
export interface Plan {
  readonly rounds: number;
  /** Length of one measurement of one server. */
  readonly ms: number;
  /** Length of the one that does not count. */
  readonly warmUpMs: number;
  /** Fewer sizes. */
  readonly quick: boolean;
}

/** A count as a rate. */
export function perSecond({ count, ns }: Sample): number {
  return (count * 1e9) / ns;
}
