import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { deadline, until } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { Threads } from "../support/threads.ts";

const messages = sized(120_000, 1_000_000);
/** How long a client may be without progress: ten times what was seen on a busy machine, and below a blocking call's own limit. */
const stuckMs = deadline(20_000);

/** A place where one worker after the other lives. */
interface Seat {
  thread: SpawnedThread;
  readonly counters: Int32Array;
  seen: number;
  since: number;
}

test(
  `T05 messages of all kinds between threads that are ended at random: nobody hangs, nothing is wrong [SEED=${seed}]`,
  { timeout: 600_000 },
  async (t) => {
    const random = new Random();
    await using kernel = await Kernel.start();
    await using threads = new Threads();
    const sids = [Sid.random(), Sid.random()];
    const errors: unknown[] = [];
    const counters = () => new Int32Array(new SharedArrayBuffer(8));

    const spawn = async (file: string, data: object): Promise<SpawnedThread> => {
      const thread = threads.add(await kernel.spawn(new URL(file, import.meta.url), { data }));
      thread.worker.on("error", (error) => errors.push(error));
      return thread;
    };
    const client = async (seat: Int32Array, sync: boolean): Promise<SpawnedThread> =>
      await spawn("./busy-client.js", {
        servers: sids.map((sid) => sid.words()),
        seed: random.below(2 ** 31),
        sync,
        counters: seat.buffer,
      });
    const serverOf = async (at: number, seat: Int32Array): Promise<SpawnedThread> =>
      await spawn("./busy-server.js", { sid: sids[at]?.words(), sync: at === 0, counters: seat.buffer });
    const seat = async (start: (counters: Int32Array) => Promise<SpawnedThread>): Promise<Seat> => {
      const own = counters();
      return { thread: await start(own), counters: own, seen: 0, since: performance.now() };
    };

    const makers = [0, 1].map((at) => async (own: Int32Array) => await serverOf(at, own));
    const clientMakers = [true, false].map((sync) => async (own: Int32Array) => await client(own, sync));
    const all = await Promise.all([...makers, ...clientMakers].map(seat));
    const starters = [...makers, ...clientMakers];
    const clients = all.slice(2);
    const total = (): number => clients.reduce((sum, { counters: [well = 0, failed = 0] }) => sum + well + failed, 0);
    let ended = 0;
    let longest = 0;

    while (total() < messages && errors.length === 0) {
      // Now and then in quick succession, mostly with time for traffic in between.
      await sleep(random.pick([5, 50, 400, 800]));
      const victim = random.below(all.length);
      const place = all[victim] as Seat;
      await place.thread.terminate();
      ended += 1;
      place.thread = await (starters[victim] as (typeof starters)[0])(place.counters);
      place.since = performance.now();
      for (const one of clients) {
        const now = Atomics.load(one.counters, 0) + Atomics.load(one.counters, 1);
        if (now !== one.seen) {
          one.seen = now;
          one.since = performance.now();
        }
        longest = Math.max(longest, performance.now() - one.since);
        assert(performance.now() - one.since < stuckMs, `a client hangs: ${JSON.stringify(await kernel.inspect())}`);
      }
    }
    assert.deepEqual(errors, []);
    const done = total();
    for (const { thread } of all) await thread.terminate();
    // What they had ends with them.
    await until("they are forgotten", async () => (await kernel.inspect()).threads.length === 1);
    const left = await kernel.inspect();
    assert.deepEqual(
      { threads: left.threads.length, servers: left.servers, waiting: left.waiting, quarantined: left.quarantined },
      { threads: 1, servers: [], waiting: 0, quarantined: 0 },
    );
    report(
      t,
      `T05 stress: ${done} messages, ${ended} threads ended, longest without progress ${Math.round(longest)} ms, wrong or hung ${zero(ended)} seed ${seed}`,
    );
  },
);
