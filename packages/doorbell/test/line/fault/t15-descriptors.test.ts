/**
 * T15: a server that has no file descriptor left serves those it has, and takes others again as soon as it can.
 *
 * What really happens: libuv keeps one descriptor in reserve, and when accept() fails it gives that up to accept and close
 * whoever waits. So the newcomers are closed at once, no error reaches the server (`acceptFailed` is not logged), and
 * nothing spins.
 */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as pass } from "node:timers/promises";

import { ms, report, zero } from "@doorbell-js/test-support/results";
import { deadline, until } from "@doorbell-js/test-support/until";

import { ChildServer } from "../../support/child-server.ts";
import { dial, type Door, type Wire, wire } from "../../support/wire.ts";

const FILES_MAX = 128;
const WAVE = 600;
const RECOVERY_LIMIT_MS = 10_000;

async function served(clients: readonly Wire[]): Promise<void> {
  for (const one of clients) assert.equal(await one.ask("ping"), "pong", "who is connected is served");
}

/** Whether somebody who comes now is served, or dropped. */
async function isServed(door: Door): Promise<boolean> {
  await using next = await wire(door);
  next.send("ping\r\n");
  await until("an answer, or the close", () => next.lines.length > 0 || next.closed);
  return next.lines[0] === "pong";
}

test("T15 descriptors exhausted: who is connected is served, nothing spins, and others are taken again", async (t) => {
  await using server = await ChildServer.start({ listen: [{ port: 0 }], filesMax: FILES_MAX });
  const door = { port: server.port };
  const old = await Promise.all(Array.from({ length: 20 }, () => wire(door)));
  await served(old);
  const base = await server.picture();

  const recoveries: number[] = [];
  let dropped = 0;
  for (let wave = 0; wave < 2; wave += 1) {
    const held = new Set<Socket>();
    for (let at = 0; at < WAVE; at += 1) {
      const socket = dial(door).resume();
      held.add(socket);
      socket.once("close", () => held.delete(socket));
    }
    await until("that those for whom there is no descriptor are dropped", () => held.size < FILES_MAX);
    await served(old);
    const full = await server.picture();
    assert.ok(Number.isNaN(full.fds ?? Number.NaN), "the server has no descriptor left to count them with");
    dropped += WAVE - held.size;
    // The one thing here that takes time to be seen.
    const before = server.ticks();
    await pass(deadline(500));
    const ticks = server.ticks() - before;
    assert.ok(ticks < 10, `a server without descriptors used ${ticks} ticks in half a second: it spins`);

    const start = performance.now();
    for (const socket of held) socket.destroy();
    await until("a newcomer that is served", () => isServed(door), RECOVERY_LIMIT_MS);
    recoveries.push(performance.now() - start);
  }
  await served(old);
  await until("that all is as before", async () => (await server.picture()).fds === base.fds);
  const { stats, events } = await server.picture();
  assert.equal(stats.sessions, old.length);
  assert.deepEqual(Object.keys(events), ["closed client"], "nothing else is logged");
  const worst = Math.max(...recoveries);
  const recovered = `recovered p100 ${ms(worst)} (limit ${ms(RECOVERY_LIMIT_MS)})`;
  report(t, `T15 descriptors exhausted: dropped ${dropped} of ${2 * WAVE}, ${recovered}, sessions lost ${zero(20)}`);
  for (const one of old) await one[Symbol.asyncDispose]();
});
