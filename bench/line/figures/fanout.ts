import type { Peer } from "../peers/index.ts";
import { alternate } from "../run/alternate.ts";
import type { Figure, Plan, Target } from "../run/figure.ts";
import type { LoadOptions } from "../run/load.ts";
import { pinned } from "../run/machine.ts";

const one: readonly Target[] = [
  { peer: "node:net", ratioMin: 0.9 },
  { peer: "nats-server", ratioMin: 1.2 },
  { peer: "Twisted", ratioMin: 1.5 },
];

const several: readonly Target[] = [
  { peer: "node:net", ratioMin: 0.8 },
  { peer: "Redis", ratioMin: 1 },
];

/** One notification line to every subscriber: deliveries per second, from trigger to the last that received. */
export async function* fanout(peers: readonly Peer[], plan: Plan): AsyncGenerator<Figure> {
  // To one subscriber it is a matter of waking up, which takes longer than all the rest. On one core that costs least.
  if (pinned) yield measured("fanout", peers, plan, { connections: 1, core: "server" }, 1, one);
  for (const connections of plan.quick ? [1, 1_000] : [1, 100, 1_000, 5_000])
    yield measured("fanout", peers, plan, { connections }, 1, one);
}

/** Several lines due to every subscriber at once. */
export async function* joined(peers: readonly Peer[], plan: Plan): AsyncGenerator<Figure> {
  const sizes = [
    [1_000, 64],
    [100, 16],
    [5_000, 16],
  ] as const;
  for (const [connections, items] of plan.quick ? sizes.slice(0, 1) : sizes)
    yield measured("joined", peers, plan, { connections }, items, several);
}

async function measured(
  group: string,
  peers: readonly Peer[],
  plan: Plan,
  options: LoadOptions,
  items: number,
  targets: readonly Target[],
): Promise<Figure> {
  const series = await alternate(
    peers,
    plan,
    { ...options, items },
    (load, ms) => load.fanout(ms),
    (peer) => peer.line.length,
  );
  const to = `${options.connections}${options.core === "server" ? ", one core" : ""}`;
  return {
    group,
    name: items === 1 ? `1 line to ${to}` : `${items} lines to ${to}`,
    unit: "/s",
    series: series.map((one) => ({ ...one, values: one.values.map((value) => value * items) })),
    targets,
  };
}
