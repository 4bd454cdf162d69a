import { setTimeout as sleep } from "node:timers/promises";

import type { Peer } from "../peers/index.ts";
import type { Figure, Plan, Series, Target } from "../run/figure.ts";
import { Load } from "../run/load.ts";
import { type RunningServer, startServer } from "../run/server.ts";

const CONNECTIONS = 10_000;
/** When everything that came with the last connection has been answered. */
const OPENED_MS = 500;
/** V8 returns what ten thousand new connections left behind (their garbage, room for more) once it has been idle for 15 to 25 s. */
const SETTLE_MS = 30_000;
const REST_MS = 10_000;

interface Held {
  readonly server: RunningServer;
  readonly load: Load;
  readonly rssBefore: number;
}

/** Values of every peer, round by round. */
class Table {
  readonly #values = new Map<string, number[]>();

  add(peer: Peer, value: number): void {
    const values = this.#values.get(peer.name) ?? [];
    this.#values.set(peer.name, [...values, value]);
  }

  get series(): readonly Series[] {
    return [...this.#values].map(([peer, values]) => ({ peer, values }));
  }
}

/** What idle sessions in notification mode cost: memory, and processor time at rest. Fresh servers for every round. */
export async function* memory(peers: readonly Peer[], { rounds, quick }: Plan): AsyncGenerator<Figure> {
  const opened = new Table();
  const settled = new Table();
  const ticks = new Table();
  // Not a matter of milliseconds, and so slow that a quick run can see it only once, before it has settled.
  for (let round = 0; round < (quick ? 1 : rounds); round += 1) {
    const all: Held[] = [];
    try {
      for (const peer of peers) {
        const held = await hold(peer);
        all.push(held);
        opened.add(peer, perSession(held));
      }
      if (quick) continue;
      await sleep(SETTLE_MS);
      for (const held of all) settled.add(held.server.peer, perSession(held));
      if (round === 0) await rest(all, ticks);
    } finally {
      for (const { load, server } of all) {
        await load[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      }
    }
  }
  const figure = (name: string, unit: Figure["unit"], { series }: Table, targets: readonly Target[]): Figure => ({
    group: "memory",
    name,
    unit,
    series,
    targets,
  });
  yield figure("a session, just opened", "KiB", opened, []);
  if (quick) return;
  yield figure(`a session, after ${SETTLE_MS / 1_000} s`, "KiB", settled, [{ valueMax: 4 }]);
  yield figure(`10 s at rest, ${CONNECTIONS} held`, "ticks", ticks, [{ valueMax: 0 }]);
}

async function hold(peer: Peer): Promise<Held> {
  const server = await startServer(peer, 1);
  try {
    await sleep(OPENED_MS);
    const rssBefore = server.child.rss;
    const load = await Load.open(server, { connections: CONNECTIONS });
    await sleep(OPENED_MS);
    return { server, load, rssBefore };
  } catch (cause) {
    await server[Symbol.asyncDispose]();
    throw cause;
  }
}

/** KiB that the server has grown by, for each session. */
function perSession({ server, rssBefore }: Held): number {
  return (server.child.rss - rssBefore) / CONNECTIONS / 1_024;
}

/** All rest at the same time: none of them should need the core that they share. */
async function rest(all: readonly Held[], ticks: Table): Promise<void> {
  const before = all.map(({ server }) => server.child.ticks);
  await sleep(REST_MS);
  all.forEach(({ server }, index) => ticks.add(server.peer, server.child.ticks - (before[index] ?? 0)));
}
