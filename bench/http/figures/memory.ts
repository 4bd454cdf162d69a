import { setTimeout as sleep } from "node:timers/promises";

import type { Figure, Series } from "../../line/run/figure.ts";
import { Load } from "../../line/run/load.ts";
import { heldBytes } from "../run/heap.ts";
import type { HttpServer } from "../run/servers.ts";

/** Those that are there before: what a server needs once it has then. */
const FIRST = 300;
const READERS = 700;
/** When everything that came with the last connection has been answered. */
const OPENED_MS = 2_000;

/** What an idle reader of server-sent events costs, from 300 of them to 1,000. */
export async function* memory(ours: HttpServer, bare: HttpServer): AsyncGenerator<Figure> {
  const series: Series[] = [];
  for (const server of [ours.silent, bare.silent]) {
    const first = await Load.open(server, { connections: FIRST });
    await sleep(OPENED_MS);
    const before = await heldBytes(server.child);
    const further = await Load.open(server, { connections: READERS });
    await sleep(OPENED_MS);
    const held = (await heldBytes(server.child)) - before;
    series.push({ peer: server.peer.name, values: [held / READERS / 1_024] });
    await further[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
  }
  yield { group: "memory", name: "an idle reader", unit: "KiB", series, targets: [] };
}
