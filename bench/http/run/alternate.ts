import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { type Plan, perSecond, type Series } from "../../line/run/figure.ts";
import { Load, type LoadOptions, type Sample } from "../../line/run/load.ts";
import { type Measure, type Measured, measureInTurn, seriesOf } from "../../line/run/rounds.ts";
import type { RunningServer } from "../../line/run/server.ts";
import { compiled } from "./places.ts";

/**
 * Measures servers that run already one after the other, round after round; and, where `disk` names a folder, how often the
 * disk there syncs, in between.
 */
export async function alternate(
  servers: readonly RunningServer[],
  plan: Plan,
  options: LoadOptions,
  measure: Measure,
  disk?: string,
): Promise<Series[]> {
  const all: Measured[] = [];
  const syncs: number[] = [];
  try {
    for (const server of servers)
      all.push({ server, load: await Load.open(server, options), samples: [], serverNs: [] });
    await measureInTurn(all, plan, measure, () => {
      if (disk !== undefined) syncs.push(perSecond(syncing(disk, plan.ms)));
    });
  } finally {
    for (const { load } of all) await load[Symbol.asyncDispose]();
  }
  const series = all.map(seriesOf);
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
