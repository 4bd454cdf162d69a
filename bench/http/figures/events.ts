import type { Figure, Plan } from "../../line/run/figure.ts";
import { alternate } from "../run/alternate.ts";
import type { HttpServer } from "../run/servers.ts";

/** One ring to all readers of server-sent events: events a second, from the ring to the last that received it. */
export async function* events(ours: HttpServer, bare: HttpServer, plan: Plan): AsyncGenerator<Figure> {
  for (const connections of plan.quick ? [1_000] : [1, 100, 1_000])
    yield {
      group: "events",
      name: `1 ring to ${connections}`,
      unit: "/s",
      series: await alternate([ours, bare], plan, { connections }, (load, ms) => load.fanout(ms)),
      targets: [],
    };
}
