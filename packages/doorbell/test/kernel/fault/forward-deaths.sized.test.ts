import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ms, report, zero } from "@doorbell-js/test-support/results";
import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { until } from "@doorbell-js/test-support/until";

import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import { Threads } from "../support/threads.ts";
import { hangsMs } from "./chain-call.ts";
import type { CallerData } from "./chain-caller.ts";
import type { LinkData } from "./chain-link.ts";

const deaths = sized(20, 100);

/** A place in the chain, where one worker after the other lives. */
interface Seat {
  readonly file: string;
  readonly data: LinkData | CallerData;
  thread: SpawnedThread | undefined;
}

test(
  `T06 callers of a chain of three, any thread of which is ended at random: nobody hangs, nothing is lost [SEED=${seed}]`,
  { timeout: 600_000 },
  async (t) => {
    const random = new Random();
    await using kernel = await Kernel.start();
    await using threads = new Threads();
    const errors: unknown[] = [];
    const [first, second, last] = [Sid.random().words(), Sid.random().words(), Sid.random().words()];
    const counters = (): SharedArrayBuffer => new SharedArrayBuffer(16);
    const callers: readonly CallerData[] = [true, false].map((sync) => ({ sid: first, sync, counters: counters() }));
    const links: readonly LinkData[] = [
      { sid: first, next: second, sync: true, waits: true },
      { sid: second, next: last, sync: false, waits: true },
      { sid: last, next: undefined, sync: true, waits: true },
    ];
    const seats: readonly Seat[] = [
      ...links.map((data) => ({ file: "./chain-link.js", data, thread: undefined })),
      ...callers.map((data) => ({ file: "./chain-caller.js", data, thread: undefined })),
    ];
    const sit = async (seat: Seat): Promise<void> => {
      seat.thread = threads.add(await kernel.spawn(new URL(seat.file, import.meta.url), { data: seat.data }));
      seat.thread.worker.on("error", (error) => errors.push(error));
    };
    const count = (which: number): readonly number[] =>
      callers.map(({ counters: shared }) => Atomics.load(new Int32Array(shared), which));
    const answered = (): readonly number[] => count(0);
    let longest = 0;
    /** Every caller has been answered twice more: once by a call that began after this was asked. */
    const goesOn = async (): Promise<void> => {
      const before = answered();
      const began = performance.now();
      await until(
        "every caller is answered again",
        () => errors.length > 0 || answered().every((now, at) => now > (before[at] ?? 0) + 7),
        hangsMs * 2,
        { everyMs: 1 },
      );
      assert.deepEqual(errors, []);
      longest = Math.max(longest, performance.now() - began);
    };

    for (const seat of seats) await sit(seat);
    await goesOn();
    for (let death = 0; death < deaths; death += 1) {
      const seat = seats[random.below(seats.length)] as Seat;
      await sleep(random.below(4));
      await seat.thread?.terminate();
      await sit(seat);
      await goesOn();
    }

    for (const { counters: shared } of callers) Atomics.store(new Int32Array(shared), 2, 1);
    await until("the callers have stopped", () => errors.length > 0 || count(3).every((stopped) => stopped === 1));
    assert.deepEqual(errors, []);
    await until("every place in every queue is free", async () =>
      (await kernel.inspect()).servers.every(({ queued }) => queued === 0),
    );
    for (const { thread } of seats) await thread?.terminate();
    await until("nothing is left", async () => (await kernel.inspect()).threads.length === 1);
    const { threads: left, servers, waiting, quarantined } = await kernel.inspect();
    assert.deepEqual(
      { lanes: left[0]?.lanes, servers, waiting, quarantined },
      { lanes: 0, servers: [], waiting: 0, quarantined: 0 },
    );
    const [well, gone] = [0, 1].map((which) => count(which).reduce((sum, one) => sum + one, 0));
    report(
      t,
      `T06 chain of three: ${deaths} threads ended, ${well} calls answered, ${gone} failed, longest until all go on ${ms(longest)}, hung or wrong ${zero(deaths)} seed ${seed}`,
    );
  },
);
