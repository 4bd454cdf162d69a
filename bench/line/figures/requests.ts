import type { Peer } from "../peers/index.ts";
import { alternate } from "../run/alternate.ts";
import type { Figure, Plan } from "../run/figure.ts";

/** `random?` and its answer: answers per second. */
export async function* requests(peers: readonly Peer[], plan: Plan): AsyncGenerator<Figure> {
  const asked = peers.filter((peer) => peer.request !== undefined);
  for (const connections of [1, 50]) {
    for (const inFlight of [1, 64]) {
      const series = await alternate(
        asked,
        plan,
        { connections, inFlight },
        (load, ms) => load.requests(ms),
        (peer) => peer.request?.answer.length ?? 0,
      );
      yield {
        group: "requests",
        name: `${connections} connection${connections === 1 ? "" : "s"}, ${inFlight} in flight`,
        unit: "/s",
        series,
        targets: [
          { peer: "node:net", ratioMin: 0.9 },
          { peer: "Twisted", ratioMin: 2 },
        ],
      };
    }
  }
}
