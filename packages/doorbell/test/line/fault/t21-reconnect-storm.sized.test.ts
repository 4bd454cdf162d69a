/** T21: a server that is killed under 2,000 clients is not run over by them when it is there again. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { Client } from "../../../src/line/client/client.ts";
import { type ClientPowers, dialer } from "../../../src/line/client/connect.ts";
import { systemClock } from "../../../src/line/time.ts";
import { ChildServer } from "../../support/child-server.ts";
import { CountingClock } from "../../support/client-counting-clock.ts";

/** So many that chance adds little to the peak, which is 16 % when the server is away for more than a second. */
const CLIENTS = sized(500, 2_000);
const LIMITS = { connectionsPerAddressMax: CLIENTS };
const WINDOW_MS = 100;
const PEAK = 0.2;
/** Longer than any one wait, which is 30 s at most. */
const BACK_MS = 40_000;

/** The most of `times` that fall into any window. */
function peak(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.map((from, at) => sorted.filter((time, n) => n >= at && time < from + WINDOW_MS).length),
  );
}

test("T21 reconnect storm: the clients come back spread out, all of them, with one timer each", async (t) => {
  const random = new Random();
  const clock = new CountingClock(systemClock);
  /** When attempts were due, and when those were that made a connection. */
  const dials: number[] = [];
  const connected: number[] = [];
  let lost = 0;
  class Watched extends Client {
    override connectionLost(): void {
      lost += 1;
    }
  }
  let server = await ChildServer.start({ limits: LIMITS, listen: [{ port: 0 }] });
  const { port } = server;
  const dial = dialer({ port }, { connectMs: 5_000, keepAliveMs: 60_000 });
  const powers: ClientPowers = {
    dial(events) {
      const due = clock.due ?? clock.now();
      dials.push(due);
      const opened: typeof events.opened = (wire) => {
        connected.push(due);
        events.opened(wire);
      };
      return dial({ ...events, opened });
    },
    clock,
    random: () => random.below(2 ** 31) / 2 ** 31,
  };
  const clients: Client[] = [];
  try {
    for (let n = 0; n < CLIENTS; n++) {
      clients.push(new Watched(powers));
      if (n % 50 === 49) await until("the connections", () => connected.length === n + 1);
    }
    await Promise.all(clients.map((client) => client.notify()));
    assert.equal(clock.pending, CLIENTS, "one timer each, at rest");

    // Every client was answered, so that its backoff begins at its beginning.
    connected.length = dials.length = 0;
    const killed = performance.now();
    await server[Symbol.asyncDispose]();
    server = await ChildServer.start({ limits: LIMITS, listen: [{ port }] });
    const there = performance.now();
    await until(`all ${CLIENTS} clients`, () => connected.length >= CLIENTS, BACK_MS);
    const back = performance.now();
    assert.equal(lost, CLIENTS, "each lost one connection, and attempts that failed lost none");
    await Promise.all(clients.map((client) => client.command("ping")));
    await until("the re-arm timers and no others", () => clock.pending <= CLIENTS);
    assert.equal(clock.pending, CLIENTS, "one timer each, as before");

    const attempts = peak(dials) / CLIENTS;
    const connections = peak(connected) / CLIENTS;
    assert.ok(
      attempts <= PEAK,
      `peak of attempts in ${WINDOW_MS} ms: ${(attempts * 100).toFixed(1)} % of the clients (seed ${seed})`,
    );
    assert.ok(
      connections <= PEAK,
      `peak of connections in ${WINDOW_MS} ms: ${(connections * 100).toFixed(1)} % of the clients (seed ${seed})`,
    );
    report(
      t,
      `T21 reconnect storm: ${CLIENTS} clients, peak in ${WINDOW_MS} ms ${(connections * 100).toFixed(1)} % of them (limit ${PEAK * 100} %), ` +
        `attempts ${dials.length}, peak ${(attempts * 100).toFixed(1)} %, server away ${(there - killed).toFixed(0)} ms, ` +
        `all back after ${((back - killed) / 1_000).toFixed(2)} s (limit ${BACK_MS / 1_000} s), timers ${clock.pending}, seed ${seed}`,
    );
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await server[Symbol.asyncDispose]();
  }
  assert.equal(clock.pending, 0, "no timer is left by a client that was closed");
});
