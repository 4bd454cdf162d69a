/** Connections whose other end vanishes without a word, in a network namespace. To be run by t07-half-open.test.ts. */
import { until } from "@doorbell-js/test-support/until";

import { ChildServer } from "../../support/child-server.ts";
import { bringUp, run, tell, tune } from "../../support/namespace.ts";
import { type Wire, wire } from "../../support/wire.ts";

export interface HalfOpenResult {
  /** When the server noticed each, in milliseconds from the cut, the last one last; fewer than there were when it did not. */
  readonly noticedMs: readonly number[];
  readonly fdsBefore: number;
  readonly fdsAfter: number;
  readonly sessionsAfter: number;
  readonly timersAfter: number;
  /** What a client that comes back finds of the item that rang while it was away. */
  readonly found: string;
}

const [, , runs = "20", deadlineMs = "15000"] = process.argv;
const count = Number(runs);

bringUp();
tune("tcp_retries2", "3");
const quiet = await ChildServer.start({ listen: [{ port: 0 }], limits: { keepAliveMs: 1_000 } });
const busy = await ChildServer.start({ listen: [{ port: 0 }], limits: { keepAliveMs: 1_000 } });
const before = { quiet: await quiet.picture(), busy: await busy.picture() };
const clients = [...(await connect(quiet, "ping", "pong")), ...(await connect(busy, "notif", "OK"))];

run("nft", "add table ip fault");
run("nft", "add chain ip fault in { type filter hook input priority 0; }");
run("nft", "add rule ip fault in ip protocol tcp drop");
const cut = performance.now();
// Output that nobody acknowledges: then TCP asks no questions, and resends instead.
await busy.push("rang while nobody was there");
const noticed = await Promise.all([watch(quiet), watch(busy)]);
run("nft", "delete table ip fault");

const results = {
  quiet: await result(quiet, before.quiet.fds, noticed[0]),
  busy: await result(busy, before.busy.fds, noticed[1]),
};
for (const client of clients) client.socket.destroy();
await quiet.close();
await busy.close();
tell(results);

async function connect(server: ChildServer, command: string, expected: string): Promise<Wire[]> {
  const made = await Promise.all(Array.from({ length: count }, () => wire({ port: server.port })));
  for (const one of made) {
    if ((await one.ask(command)) !== expected) throw new Error(`${command} was not answered by ${expected}`);
    if (command === "notif" && (await one.line()) !== "notif: ticks")
      throw new Error("the first item was not announced");
  }
  return made;
}

async function watch(server: ChildServer): Promise<number[]> {
  const times: number[] = [];
  const gone = async (): Promise<boolean> => {
    const { stats } = await server.picture();
    const at = performance.now() - cut;
    while (times.length < count - stats.sessions) times.push(at);
    return times.length === count;
  };
  // That it is late is for the test to say.
  await until("the end of all sessions", gone, Number(deadlineMs), { everyMs: 50 }).catch(() => {});
  return times;
}

async function result(server: ChildServer, fdsBefore: number, noticedMs: readonly number[]): Promise<HalfOpenResult> {
  const { fds, stats, timers } = await server.picture();
  await using back = await wire({ port: server.port });
  await back.ask("ticks?");
  return {
    noticedMs,
    fdsBefore,
    fdsAfter: fds,
    sessionsAfter: stats.sessions,
    timersAfter: timers,
    found: await back.ask("ticks?"),
  };
}
