import { setTimeout as sleep } from "node:timers/promises";
import type { Peer } from "../peers/index.ts";
import type { Figure, Plan } from "../run/figure.ts";
import { Load } from "../run/load.ts";
import { type RunningServer, startServer } from "../run/server.ts";

const CONNECTIONS = 10_000;
/** What a server may do after so many have come (collecting, first pings) is over by then. */
const SETTLE_MS = 1_500;
const REST_MS = 10_000;

interface Held {
  readonly server: RunningServer;
  readonly load: Load;
}

/** What idle sessions cost: memory each, and processor time at rest. A fresh server for every round. */
export async function* memory(peers: readonly Peer[], plan: Plan): AsyncGenerator<Figure> {
  const bytes = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  const ticks = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round += 1) {
    const all: Held[] = [];
    try {
      for (const peer of peers) {
        const server = await startServer(peer, 1);
        await sleep(200);
        const before = server.child.rss;
        all.push({ server, load: await Load.open(server, { connections: CONNECTIONS }) });
        await sleep(SETTLE_MS);
        bytes.get(peer.name)?.push((server.child.rss - before) / CONNECTIONS / 1_024);
      }
      // All rest at the same time, and once: none of them should need the core that they share.
      if (round === 0) await rest(all, ticks);
    } finally {
      for (const { load, server } of all) {
        await load[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      }
    }
  }
  const series = (from: Map<string, number[]>) => peers.map(({ name }) => ({ peer: name, values: from.get(name) ?? [] }));
  yield { group: "memory", name: `memory of an idle session, ${CONNECTIONS} held`, unit: "KiB", series: series(bytes), targets: [{ valueMax: 4 }] };
  yield { group: "memory", name: `10 s at rest with ${CONNECTIONS} sessions`, unit: "ticks", series: series(ticks), targets: [{ valueMax: 0 }] };
}

async function rest(all: readonly Held[], ticks: ReadonlyMap<string, number[]>): Promise<void> {
  const before = all.map(({ server }) => server.child.ticks);
  await sleep(REST_MS);
  all.forEach(({ server }, index) => ticks.get(server.peer.name)?.push(server.child.ticks - (before[index] ?? 0)));
}
