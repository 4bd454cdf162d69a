import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { ms, report, zero } from "@doorbell-js/test-support/results";
import { until } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { Threads } from "../support/threads.ts";
import { chainCall } from "./chain-call.ts";
import type { LinkData } from "./chain-link.ts";
import type { MortalData } from "./mortal.ts";
import { mortalKernel, passingPoints } from "./points.ts";

const url = mortalKernel();
const mortal = new URL("./mortal.js", import.meta.url);
/** A hundred times what it took a thread to start, and to come to its point. */
const comesMs = 30_000;
/** How often a point is passed before it is the last; even numbers block, odd ones await. */
const lives = [0, 1, 6];
/** Those that are passed once for a pair of threads. */
const once: ReadonlySet<string> = new Set(["way not asked for", "way asked for, not answered"]);

describe("T06 a thread dies while a call is passed on", { timeout: 300_000 }, () => {
  let kernel: Kernel;
  let deaths = 0;
  let longest = 0;
  let answered = 0;
  before(async () => void (kernel = await Kernel.start()));
  after(() => kernel.leave());

  /** Calls until the thread has ended: each call ends, and its memory is back. */
  async function callUntilDead(
    thread: SpawnedThread,
    connection: Connection,
    at: string,
    sync: boolean,
  ): Promise<void> {
    let dead = false;
    void thread.exited.then(() => (dead = true));
    const started = performance.now();
    for (let turn = 0; !dead; turn += 1) {
      const began = performance.now();
      // By the clock: how many calls others make while a thread comes up is nothing that a fault changes.
      assert(began - started < comesMs, `nobody ever came to the point "${at}"`);
      if (await chainCall(connection, turn, sync)) answered += 1;
      longest = Math.max(longest, performance.now() - began);
      if (sync || !connection.alive) await new Promise(setImmediate);
    }
    deaths += 1;
  }

  async function link(threads: Threads, data: LinkData): Promise<void> {
    threads.add(await kernel.spawn(new URL("./chain-link.js", import.meta.url), { data }));
  }

  /** All ended, nothing is left, and nobody was taken for an enemy. */
  async function assertEmpty(): Promise<void> {
    await until("nothing is left", async () => (await kernel.inspect()).threads.length === 1);
    const { threads, servers, waiting, quarantined } = await kernel.inspect();
    assert.deepEqual(
      { lanes: threads[0]?.lanes, connections: threads[0]?.connections, servers, waiting, quarantined },
      { lanes: 0, connections: 0, servers: [], waiting: 0, quarantined: 0 },
    );
  }

  const words = (): ReturnType<Sid["words"]> => Sid.random().words();
  const each = (points: Readonly<Record<string, unknown>>): readonly (readonly [string, number])[] =>
    Object.keys(points).flatMap((at) => (once.has(at) ? [0] : lives).map((life) => [at, life] as const));

  test("who passes it on dies: before another that passes it on, or before the last", async (t) => {
    for (const [at, life] of each(passingPoints.link)) {
      await using threads = new Threads();
      const [first, second, last] = [words(), words(), words()];
      await link(threads, { sid: last, next: undefined, sync: true, waits: false });
      // In the first place or in the second: its caller is told by the one, or by the other.
      const isFirst = life !== 1;
      if (!isFirst) await link(threads, { sid: first, next: second, sync: false, waits: false });
      const data: MortalData = {
        url,
        part: "link",
        sid: isFirst ? first : second,
        next: last,
        at,
        after: life,
      };
      const thread = threads.add(await kernel.spawn(mortal, { data }));
      await using _ = { [Symbol.asyncDispose]: () => thread.terminate() };
      if (!isFirst) (await kernel.connect(Sid.from(second))).disconnect();
      using connection = await kernel.connect(Sid.from(first));
      await callUntilDead(thread, connection, at, life % 2 === 0);
    }
    await assertEmpty();
    report(
      t,
      `T06 forwarder dies within: ${deaths} deaths, ${answered} calls answered, p100 ${ms(longest)}, ${zero(deaths)}`,
    );
  });

  test("the last of the chain dies", async (t) => {
    deaths = answered = longest = 0;
    for (const [at, life] of each(passingPoints.last)) {
      await using threads = new Threads();
      const [first, last] = [words(), words()];
      const data: MortalData = { url, part: "last", sid: last, at, after: life };
      const thread = threads.add(await kernel.spawn(mortal, { data }));
      (await kernel.connect(Sid.from(last))).disconnect();
      await link(threads, { sid: first, next: last, sync: life === 6, waits: false });
      using connection = await kernel.connect(Sid.from(first));
      await callUntilDead(thread, connection, at, life % 2 === 0);
    }
    await assertEmpty();
    report(
      t,
      `T06 last of a chain dies within: ${deaths} deaths, ${answered} answered, p100 ${ms(longest)}, ${zero(deaths)}`,
    );
  });

  test("the caller dies: the others are served on, and every place is free again", async (t) => {
    deaths = answered = longest = 0;
    await using threads = new Threads();
    const [first, last] = [words(), words()];
    await link(threads, { sid: last, next: undefined, sync: true, waits: false });
    await link(threads, { sid: first, next: last, sync: false, waits: false });
    (await kernel.connect(Sid.from(last))).disconnect();
    using connection = await kernel.connect(Sid.from(first));
    for (const [at, life] of each(passingPoints.caller)) {
      const data: MortalData = { url, part: "caller", sid: first, at, after: life };
      const thread = threads.add(await kernel.spawn(mortal, { data }));
      const before = answered;
      await callUntilDead(thread, connection, at, life % 2 === 0);
      assert(await chainCall(connection, 1, true), `${at}: the others are not served any more`);
      assert(answered > before);
    }
    await until("every place in every queue is free", async () =>
      (await kernel.inspect()).servers.every(({ queued }) => queued === 0),
    );
    await until("who died is forgotten", async () => (await kernel.inspect()).threads.length === 3);
    assert.equal((await kernel.inspect()).quarantined, 0);
    report(
      t,
      `T06 caller dies within: ${deaths} deaths, ${answered} others answered, p100 ${ms(longest)}, ${zero(deaths)}`,
    );
  });
});
