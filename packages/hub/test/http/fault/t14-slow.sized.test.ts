/** T14: those who send or read as slowly as they can are ended, and another client is served meanwhile. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { report } from "@doorbell-js/test-support/results";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { HttpWorld } from "../../support/http-world.ts";
import { metricOf } from "../../support/metrics.ts";

const ATTACKERS = sized(30, 150);
/**
 * Few attackers can go about it in several ways at the same time, as they mostly wait; many would keep this process busy. So do
 * answers that nobody reads, so these are the last, and alone.
 */
const WAYS_AT_ONCE = sized(5, 1);
/** Of those who do not read, and how many pages each asks for at once. */
const DEAF = 10;
const PIPELINED = 40;
const limits = { headersTimeoutMs: 2_000, requestTimeoutMs: 3_000, keepAliveTimeoutMs: 1_000, answerTimeoutMs: 2_000 };
/**
 * Where this process does not go on for so long, the other client may be taken for a slow one: how long it has taken is looked
 * at before what it sent meanwhile is read. From its connection until its request is read there are four turns at most.
 */
const PAUSE_MS = limits.headersTimeoutMs / 4;

/** What an attacker sends at once, and then a byte at a time; and whether it reads. */
interface Attack {
  readonly first: string;
  readonly drip: string;
  readonly reads: boolean;
}

const hostOf = (world: HttpWorld): string => `Host: localhost:${world.port}\r\n`;

const attacks: Readonly<Record<string, (world: HttpWorld) => Attack>> = {
  "slow headers": (world) => ({ first: `GET / HTTP/1.1\r\n${hostOf(world)}X-A: `, drip: "a", reads: true }),
  "a slow body": (world) => ({
    first: `POST ${world.bell} HTTP/1.1\r\n${hostOf(world)}Content-Length: 9999\r\n\r\n`,
    drip: "a",
    reads: true,
  }),
  "slow chunks": (world) => ({
    first: `POST ${world.bell} HTTP/1.1\r\n${hostOf(world)}Transfer-Encoding: chunked\r\n\r\n`,
    drip: "1\r\na\r\n",
    reads: true,
  }),
  "not a word": () => ({ first: "", drip: "", reads: true }),
  "a request, and not a word more": (world) => ({
    first: `GET /health HTTP/1.1\r\n${hostOf(world)}\r\n`,
    drip: "",
    reads: true,
  }),
  "answers that nobody reads": (world) => {
    const key = world.inboxes.readingKey;
    const page = `GET /v1/items?limit=100 HTTP/1.1\r\n${hostOf(world)}Authorization: Bearer ${key}\r\n\r\n`;
    return { first: page.repeat(PIPELINED), drip: "", reads: false };
  },
};

const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[of.length >> 1] as number;

/** Attacks a door of its own in one way until all of it is ended; gives the longest that another client has waited meanwhile. */
async function attacked(
  t: TestContext,
  what: string,
  attackOn: (world: HttpWorld) => Attack,
): Promise<{ readonly worstMs: number; readonly pages: number }> {
  await using world = await HttpWorld.open({ limits });
  for (let n = 0; n < 100; n += 1) world.inboxes.add("x".repeat(10_000));
  const pauses = monitorEventLoopDelay({ resolution: 10 });
  pauses.enable();
  const attack = attackOn(world);
  // The first request loads code: later ones show how long the door takes.
  assert.equal((await world.ask("/health")).status, 200);
  const count = attack.reads ? ATTACKERS : DEAF;
  const open = new Set<Socket>();
  const began = performance.now();
  for (let n = 0; n < count; n += 1) {
    const socket = connect(world.port, "127.0.0.1");
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    if (attack.reads) socket.resume();
    socket.write(attack.first);
  }
  const dripping = setInterval(() => {
    for (const socket of open) if (attack.drip !== "") socket.write(attack.drip);
  }, 200);
  // One that does not read does not learn that it was ended: the hub is asked what it has beside the client that asks.
  const isOver = async (): Promise<boolean> =>
    open.size === 0 || (!attack.reads && (await metricOf(world.url, "doorbell_http_connections")) <= 2);
  const took: number[] = [];
  let isDone = false;
  const other = (async () => {
    while (!isDone) {
      pauses.reset();
      const before = process.cpuUsage();
      const asked = performance.now();
      const answer = await world.ask("/health").then(({ status }) => status, String);
      const ms = performance.now() - asked;
      // By its end a pause is noted.
      await pause(20);
      const { user, system } = process.cpuUsage(before);
      const pausedMs = pauses.max / 1e6;
      // It was paused, and not busy.
      if (answer !== 200 && pausedMs > PAUSE_MS && (user + system) / 1e3 < pausedMs / 2) continue;
      assert.equal(answer, 200);
      took.push(ms);
    }
  })();
  // Told below, where it is waited for.
  other.catch(() => {});
  try {
    await until(`those with ${what} are ended`, isOver, 40_000, {
      account: () => `${open.size} of ${count} are there`,
    });
    t.diagnostic(`T14 http: ${count} with ${what} ended after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  } finally {
    isDone = true;
    await other;
    clearInterval(dripping);
    for (const socket of open) socket.destroy();
  }
  assert.ok(took.length > 0, `nobody else was served beside those with ${what}`);
  // Of all that is asked for on a connection one page at a time is made: what nobody reads the system keeps some of.
  assert.ok(world.inboxes.pages < (DEAF * PIPELINED) / 2, `${world.inboxes.pages} pages were made that nobody reads`);
  // Ten times what is promised.
  assert.ok(median(took) < 1_000, `another client waits ${median(took)} ms beside those with ${what}`);
  assert.equal(world.inboxes.newest, 100, "half a ring was taken for one");
  pauses.disable();
  return { worstMs: Math.max(...took), pages: world.inboxes.pages };
}

test("T14 slow senders and readers are ended in time, and nobody waits for them", { timeout: 180_000 }, async (t) => {
  const ways = Object.entries(attacks);
  const outcomes: Awaited<ReturnType<typeof attacked>>[] = [];
  while (ways.length > 0)
    outcomes.push(
      ...(await Promise.all(ways.splice(0, WAYS_AT_ONCE).map(([what, attackOn]) => attacked(t, what, attackOn)))),
    );
  const worst = Math.max(...outcomes.map(({ worstMs }) => worstMs));
  const pages = outcomes.reduce((sum, outcome) => sum + outcome.pages, 0);
  report(
    t,
    `T14 http: ${outcomes.length} ways, all ended; another client waited at most ${worst.toFixed(0)} ms, ${pages} of ${DEAF * PIPELINED} pages made that nobody reads`,
  );
});
