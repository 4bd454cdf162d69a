/** T13: five thousand clients that wait to be told cost little memory, and no time at all while nothing happens. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pass } from "node:timers/promises";

import { ms, report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline, until } from "@doorbell-js/test-support/until";

import { ChildServer } from "../../support/child-server.ts";
import { dial } from "../../support/wire.ts";

const CONNECTIONS = sized(1_000, 5_000);
const KIB_LIMIT = 16;
const REST_MS = sized(2_000, 10_000);
const WINDOWS_MAX = sized(8, 3);

test(`T13 many held: ${CONNECTIONS} in notification mode`, async (t) => {
  const limits = { connectionsPerAddressMax: CONNECTIONS + 100 };
  await using server = await ChildServer.start({ listen: [{ port: 0 }], limits, filesMax: CONNECTIONS + 200 });
  // What the first few cost is the program's, not theirs.
  const heard = { ok: 0, told: 0, closed: 0 };
  const sockets = await hold(server, 100, heard);
  const base = await server.picture();
  for (let held = 100; held < CONNECTIONS; held += 100) sockets.push(...(await hold(server, 100, heard)));
  const full = await server.picture();
  assert.deepEqual([full.stats.sessions, full.stats.notifying, heard.closed], [CONNECTIONS, CONNECTIONS, 0]);
  const kib = (full.rssBytes - base.rssBytes) / (CONNECTIONS - 100) / 1_024;
  const heapKib = (full.heapBytes - base.heapBytes) / (CONNECTIONS - 100) / 1_024;
  assert.ok(kib <= KIB_LIMIT, `each connection costs ${kib.toFixed(1)} KiB, the limit is ${KIB_LIMIT}`);
  assert.ok(full.timers <= 1, `${full.timers} timers for one duration`);

  // The program itself may have something left to do: some seconds after a burst V8 collects garbage once more. What
  // comes again and again comes in every window.
  let ticks = Number.NaN;
  for (let window = 0; window < WINDOWS_MAX && !(ticks <= 1); window += 1) {
    const before = server.ticks();
    await pass(deadline(REST_MS));
    ticks = server.ticks() - before;
  }
  // One tick can be the kernel's own, charged to whoever was there.
  assert.ok(ticks <= 1, `${ticks} ticks of processor time at rest`);

  const told = heard.told;
  const start = performance.now();
  await server.push("to all");
  await until("a notification for each", () => heard.told === told + CONNECTIONS);
  const spread = performance.now() - start;
  const costs = `${kib.toFixed(1)} KiB each (limit ${KIB_LIMIT} KiB; heap ${heapKib.toFixed(1)} KiB), ${ticks} ticks in ${ms(REST_MS)}`;
  report(t, `T13 many held: ${CONNECTIONS} connections, ${costs}, all told in ${ms(spread)}`);
  for (const socket of sockets) socket.destroy();
  await until("that all are let go", async () => (await server.picture()).stats.connections === 0);
  assert.equal((await server.picture()).timers, 0);
});

/** More clients in notification mode, when all have been answered. */
async function hold(
  server: ChildServer,
  count: number,
  heard: { ok: number; told: number; closed: number },
): Promise<{ destroy(): void }[]> {
  const wanted = heard.ok + count;
  const sockets = Array.from({ length: count }, () => {
    const socket = dial({ port: server.port });
    socket.write("notif\r\n");
    socket.on("data", (bytes: Buffer) => {
      const text = bytes.toString("latin1");
      heard.ok += text.split("OK\r\n").length - 1;
      heard.told += text.split("notif: ticks\r\n").length - 1;
    });
    socket.on("close", () => (heard.closed += 1));
    return socket;
  });
  await until(`${wanted} clients in notification mode`, () => heard.ok >= wanted);
  return sockets;
}
