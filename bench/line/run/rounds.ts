import { type Plan, perSecond, type Series } from "./figure.ts";
import type { Load, Sample } from "./load.ts";
import type { RunningServer } from "./server.ts";
import { summary } from "./statistics.ts";

/** How a server is measured: what its load client is told to do. */
export type Measure = (load: Load, ms: number) => Promise<Sample>;

/** A server that runs, its load client, and what was measured so far. */
export interface Measured {
  readonly server: RunningServer;
  readonly load: Load;
  readonly samples: Sample[];
  /** Processor time of the server for each sample. */
  readonly serverNs: number[];
}

/** Measures one after the other, round after round; `between` comes at the end of each. */
export async function measureInTurn(
  all: readonly Measured[],
  { rounds, ms, warmUpMs }: Plan,
  measure: Measure,
  between: () => void = () => {},
): Promise<void> {
  // A round that does not count lets everything be compiled that will be.
  for (const { load } of all) await measure(load, warmUpMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of all) {
      const before = one.server.child.cpuNs;
      one.samples.push(await measure(one.load, ms));
      one.serverNs.push(one.server.child.cpuNs - before);
    }
    between();
  }
}

/** What was measured of a server. */
export function seriesOf({ server, samples, serverNs }: Measured): Series {
  const ns = samples.reduce((sum, sample) => sum + sample.ns, 0);
  const cpuNs = samples.reduce((sum, sample) => sum + sample.cpuNs, 0);
  const spans = samples.flatMap(({ firstToLastNs }) => (firstToLastNs === undefined ? [] : [firstToLastNs / 1e6]));
  return {
    peer: server.peer.name,
    values: samples.map(perSecond),
    loadShare: cpuNs / ns,
    serverShare: serverNs.reduce((sum, one) => sum + one, 0) / ns,
    serverNsEach: samples.map(({ count }, round) => (serverNs[round] ?? NaN) / count),
    ...(spans.length === 0 ? {} : { firstToLastMs: summary(spans).median }),
  };
}
