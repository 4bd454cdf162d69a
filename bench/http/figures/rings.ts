import type { Figure, Plan } from "../../line/run/figure.ts";
import { alternate } from "../run/alternate.ts";
import type { HttpServer } from "../run/servers.ts";

/** Rings that are acknowledged, so on disk, one at a time and 64 in flight, each on a connection of its own. */
export async function* rings(ours: HttpServer, bare: HttpServer, plan: Plan): AsyncGenerator<Figure> {
  for (const connections of [1, 64]) {
    const series = await alternate(
      [ours.silent, bare.silent],
      plan,
      { connections, inFlight: 1 },
      (load, ms) => load.requests(ms),
      ours.folder,
    );
    yield {
      group: "rings",
      name: `${connections} in flight`,
      unit: "/s",
      series,
      targets: connections === 1 ? [{ peer: "disk sync", ratioMin: 0.5 }] : [],
    };
  }
}
