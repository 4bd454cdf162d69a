import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { type Plan, perSecond, type Series } from "../../line/run/figure.ts";
import { Load, type LoadOptions, type Sample } from "../../line/run/load.ts";
import type { RunningServer } from "../../line/run/server.ts";
import { summary } from "../../line/run/statistics.ts";
import { compiled } from "./places.ts";

/** How servers are measured: what the load client is told to do. */
export type Measure = (load: Load, ms: number) => Promise<Sample>;

/**
 * Measures servers that run already one after the other, round after round; and, where `disk` names a folder, how often the
 * disk there syncs, in between.
 */
export async function alternate(
  servers: readonly RunningServer[],
  { rounds, ms, warmUpMs }: Plan,
  options: LoadOptions,
  measure: Measure,
  disk?: string,
): Promise<Series[]> {
  const all: { server: RunningServer; load: Load; samples: Sample[]; serverNs: number[] }[] = [];
  const syncs: number[] = [];
  try {
    for (const server of servers)
      all.push({ server, load: await Load.open(server, options), samples: [], serverNs: [] });
    for (const { load } of all) await measure(load, warmUpMs);
    for (let round = 0; round < rounds; round += 1) {
      for (const one of all) {
        const before = one.server.child.cpuNs;
        one.samples.push(await measure(one.load, ms));
        one.serverNs.push(one.server.child.cpuNs - before);
      }
      if (disk !== undefined) syncs.push(perSecond(syncing(disk, ms)));
    }
  } finally {
    for (const { load } of all) await load[Symbol.asyncDispose]();
  }
  const series = all.map(({ server, samples, serverNs }): Series => {
    const ns = samples.reduce((sum, sample) => sum + sample.ns, 0);
    const spans = samples.flatMap(({ firstToLastNs }) => (firstToLastNs === undefined ? [] : [firstToLastNs / 1e6]));
    return {
      peer: server.peer.name,
      values: samples.map(perSecond),
      loadShare: samples.reduce((sum, { cpuNs }) => sum + cpuNs, 0) / ns,
      serverShare: serverNs.reduce((sum, one) => sum + one, 0) / ns,
      serverNsEach: samples.map(({ count }, round) => (serverNs[round] ?? NaN) / count),
      ...(spans.length > 0 && { firstToLastMs: summary(spans).median }),
    };
  });
  return disk === undefined ? series : [...series, { peer: "disk sync", values: syncs }];
}

function syncing(folder: string, ms: number): Sample {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [compiled("servers/disk.js"), join(folder, "syncs"), String(ms)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the disk could not be measured: ${stderr}`);
  return { ...(JSON.parse(stdout) as Pick<Sample, "count" | "ns">), cpuNs: 0 };
}
