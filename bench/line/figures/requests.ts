import type { Peer } from "../peers/index.ts";
import { alternate } from "../run/alternate.ts";
import type { Figure, Plan } from "../run/figure.ts";
import type { LoadOptions } from "../run/load.ts";
import { pinned } from "../run/machine.ts";

/** `random?` and its answer: answers per second. */
export async function* requests(peers: readonly Peer[], plan: Plan): AsyncGenerator<Figure> {
  // One at a time it is a matter of waking up, which takes longer than all the rest. On one core that costs least.
  if (pinned) yield measured(peers, plan, { connections: 1, inFlight: 1, core: "server" });
  for (const connections of [1, 50]) {
    for (const inFlight of [1, 64]) yield measured(peers, plan, { connections, inFlight });
  }
}

async function measured(
  peers: readonly Peer[],
  plan: Plan,
  options: LoadOptions & { inFlight: number },
): Promise<Figure> {
  const series = await alternate(
    peers.filter((peer) => peer.request !== undefined),
    plan,
    options,
    (load, ms) => load.requests(ms),
    (peer) => peer.request?.answer.length ?? 0,
  );
  const { connections, inFlight, core } = options;
  return {
    group: "requests",
    name: `${connections} × ${inFlight} in flight${core === "server" ? ", one core" : ""}`,
    unit: "/s",
    series,
    targets: [
      { peer: "node:net", ratioMin: 0.9 },
      { peer: "Twisted", ratioMin: 2 },
    ],
  };
}
