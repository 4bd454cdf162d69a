/** A main that is reached over a connection, as the seed's `return_cid`: on another thread, with an id that nobody here knows. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { until, within } from "@doorbell-js/test-support/until";

import { encodeNew } from "../../src/kernel/archive/archive.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Memory } from "../../src/kernel/memory.ts";
import type { Connection } from "../../src/kernel/types.ts";
import { type Main, readRing } from "../../src/push/subscriber.ts";
import type { Came } from "./support/main-thread.ts";
import { tick, ticks } from "./support/ticks.ts";
import { nextMessage, nothingLeft, World } from "./support/world.ts";

const opcode = 7;

/** Main on its thread; a narrowed id of it passes the opcodes that a test needs. */
class MainThread {
  readonly came: Came[] = [];
  readonly thread: Awaited<ReturnType<World["kernel"]["spawn"]>>;
  readonly connection: Connection;

  private constructor(thread: MainThread["thread"], connection: Connection) {
    this.thread = thread;
    this.connection = connection;
    thread.worker.on("message", (came: Came) => this.came.push(came));
  }

  static async start(world: World, declared = false): Promise<MainThread> {
    const sid = Sid.random();
    const url = new URL("./support/main-thread.js", import.meta.url);
    const thread = await world.kernel.spawn(url, { data: { sid: sid.words(), declared } });
    return new MainThread(thread, await world.kernel.connect(sid));
  }

  rings(): (readonly [number, number | undefined])[] {
    return this.came.flatMap(({ ring }) => (ring === undefined ? [] : [[ring.value.number, ring.gap] as const]));
  }
}

// A bell on a thread of its own is the shared one's like.
for (const thread of ["shared", "direct"] as const) {
  describe(`${thread} bells`, { timeout: 60_000 }, () => {
    test("P2 P3 rings are lent over the connection, under main's opcode, with their numbers and gaps", async () => {
      await using world = await World.start();
      const notifier = await world.notifier({ pendingMax: 100_000 });
      const main = await MainThread.start(world);
      const subscriber = world.subscriber(notifier);
      const subscription = await subscriber.subscribe(main.connection, opcode, { thread, behind: "latest" });
      await assert.rejects(subscriber.subscribe(main.connection, opcode), { code: "ServerExists" });
      await notifier.net.notify(1);
      await until("the first ring", () => main.came.length === 1);
      assert.deepEqual(main.came[0]?.ring, { value: { number: 1, text: "" }, sequence: 1, gap: 0 });
      // Main is busy: what it misses is told it there.
      await main.connection.scalar(9);
      await notifier.net.hurry(2_000);
      main.thread.worker.postMessage("go on");
      await until("the newest", () => main.rings().at(-1)?.[0] === 2_001, 20_000);
      const told = main.rings();
      const missed = told.reduce((sum, [, gap]) => sum + (gap ?? Number.NaN), 0);
      assert.equal(missed + told.length, 2_001);
      assert.equal(missed, subscription.missed);
      await subscriber.unsubscribe();
      await main.thread.terminate();
    });

    test("P6 after unsubscribe nothing is sent: no ring comes after what is sent over that connection next", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await MainThread.start(world);
      const subscriber = world.subscriber(notifier);
      // The shared bell thread is the program's: it stays.
      await (await subscriber.subscribe(main.connection, opcode, { thread })).unsubscribe();
      const before = await world.kernel.inspect();
      await notifier.net.flood(1);
      for (let round = 1; round <= 4; round += 1) {
        const seen = main.rings().length;
        const { sequence } = await subscriber.subscribe(main.connection, opcode, { thread });
        await until("a ring", () => main.rings().length > seen);
        // Main looks at nothing, so a ring waits there when it ends; which waits for nothing.
        await main.connection.scalar(9);
        await within("the end", subscriber.unsubscribe());
        await main.connection.scalar(8, [round]);
        main.thread.worker.postMessage("go on");
        const at = (number: number): number => main.came.findIndex((came) => came.number === number);
        await until("what was sent after it", () => at(round) >= 0);
        // A ring of the subscription before would be one that this one did not begin after.
        for (const { ring } of main.came.slice(at(round - 1) + 1))
          assert(ring === undefined || ring.sequence > sequence);
      }
      await notifier.net.flood(0);
      await nothingLeft(world.kernel, before);
      await main.thread.terminate();
    });

    test("P6 a ring that waits for room at main when it ends is never sent", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await MainThread.start(world);
      const subscriber = world.subscriber(notifier);
      await subscriber.subscribe(main.connection, opcode, { thread });
      await main.connection.scalar(9);
      await until("main is busy", () => main.came.length === 1);
      while (main.connection.tryScalar(8, [0]) === undefined);
      await notifier.net.notify(1);
      await until("the ring is on its way to main", async () => {
        const { servers } = await world.kernel.inspect();
        return servers.every(({ thread: of, queued }) => of !== world.kernel.thread || queued === 0);
      });
      await within("the end", subscriber.unsubscribe());
      main.thread.worker.postMessage("go on");
      await main.connection.scalar(8, [1]);
      await until("what was sent after it", () => main.came.at(-1)?.number === 1);
      assert.deepEqual(main.rings(), []);
      await main.thread.terminate();
    });

    test("P7 the end of main, of its connection, or an opcode that does not pass it, ends the subscription", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const first = await MainThread.start(world);
      const subscriber = world.subscriber(notifier);
      const subscription = await subscriber.subscribe(first.connection, opcode, { thread });
      await first.thread.terminate();
      assert.equal(await within("the end", subscription.ended), "bell");
      await assert.rejects(subscriber.subscribe(first.connection, opcode, { thread }), { code: "ServerNotFound" });

      const main = await world.main();
      const narrowed = await main.narrow({ opcodes: [1] });
      using connection = await world.kernel.connect(narrowed.sid);
      const denied = await subscriber.subscribe(connection, opcode, { thread });
      await notifier.net.notify(1);
      assert.equal(await within("the end", denied.ended), "bell");
      assert.equal(main.tryReceive(), undefined);
      await until("the notifier's table without it", async () => (await notifier.net.size()) === 0);
    });
  });
}

test("a main that declares the opcode is given the event as its value", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const main = await MainThread.start(world, true);
  await using _ = await world.subscriber(notifier).subscribe(main.connection, opcode);
  await notifier.net.notify(3);
  await until("all of them", () => main.came.length === 3);
  assert.deepEqual(
    main.came.map(({ number }) => number),
    [1, 2, 3],
  );
  await main.thread.terminate();
});

test("readRing takes what is a ring, gives everything back, and never fails", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const main = await world.main();
  using connection = await world.kernel.connect(main.sid);
  const event = encodeNew(tick, { number: 1, text: "" });
  const tail = (gap: number): Uint8Array => {
    const bytes = new Uint8Array(event.length + 8);
    bytes.set(event);
    new DataView(bytes.buffer).setFloat64(event.length, gap, true);
    return bytes;
  };
  const read = async (bytes: Uint8Array, offset?: number, valid?: number) => {
    const lent = connection.lend(opcode, Memory.copyOf(bytes), { offset, valid });
    const ring = readRing(ticks, await nextMessage(main));
    await within("what was lent", lent);
    return ring;
  };
  const value = { number: 1, text: "" };
  assert.deepEqual(await read(tail(3), 9, event.length), { value, sequence: 9, gap: 3 });
  for (const gap of [Number.NaN, -1, 1.5, Infinity, 2 ** 53])
    assert.deepEqual(await read(tail(gap), 9, event.length), { value, sequence: 9, gap: undefined });
  // By a client of main's own service, which counts nothing.
  assert.deepEqual(await read(event), { value, sequence: 0, gap: undefined });
  for (const valid of [-1, 0, 0.5, 1, 1e9, Infinity]) assert.equal(await read(event, 1, valid), undefined);
  await connection.scalar(opcode, [1]);
  assert.equal(readRing(ticks, await nextMessage(main)), undefined);
});

test("what is no main is told so, and nothing is left", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const before = await world.kernel.inspect();
  const subscriber = world.subscriber(notifier);
  for (const strange of [undefined, null, 7, {}, { server: 1 }, notifier.net, Sid.random()])
    await assert.rejects(subscriber.subscribe(strange as Main, 1), { code: "InvalidArgument" });
  for (const bad of [-1, 0.5, 2 ** 32, Number.NaN, "7" as unknown as number])
    await assert.rejects(subscriber.subscribe(notifier.net.connection, bad), { code: "InvalidArgument" });
  await nothingLeft(world.kernel, before);
});
