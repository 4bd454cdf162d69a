import { setTimeout as sleep } from "node:timers/promises";

import type { Figure, Plan, Series } from "../../line/run/figure.ts";
import { Load } from "../../line/run/load.ts";
import type { HttpServer } from "../run/servers.ts";

const READERS = 1_000;
/** V8 returns what a burst of connections left behind once it has been idle for 15 to 25 s. */
const SETTLE_MS = 30_000;

/** What an idle reader of server-sent events costs: growth of resident memory. */
export async function* memory(ours: HttpServer, bare: HttpServer, { quick }: Plan): AsyncGenerator<Figure> {
  const opened: Series[] = [];
  const settled: Series[] = [];
  for (const server of [ours.silent, bare.silent]) {
    await sleep(quick ? 1_000 : SETTLE_MS);
    const before = server.child.rss;
    const load = await Load.open(server, { connections: READERS });
    const perReader = (): number => (server.child.rss - before) / READERS / 1_024;
    try {
      await sleep(500);
      opened.push({ peer: server.peer.name, values: [perReader()] });
      if (!quick) await sleep(SETTLE_MS);
      settled.push({ peer: server.peer.name, values: [perReader()] });
    } finally {
      await load[Symbol.asyncDispose]();
    }
  }
  yield { group: "memory", name: "a reader, just opened", unit: "KiB", series: opened, targets: [] };
  if (!quick) yield { group: "memory", name: "a reader, after 30 s", unit: "KiB", series: settled, targets: [] };
}
