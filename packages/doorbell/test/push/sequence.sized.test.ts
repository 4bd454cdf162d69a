/** P9 and P10: the numbers of events, and the notifier's table. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sized } from "@doorbell-js/test-support/sized";
import { until, within } from "@doorbell-js/test-support/until";

import { encodeNew } from "../../src/kernel/archive/archive.ts";
import { record } from "../../src/kernel/archive/composites.ts";
import { u32 } from "../../src/kernel/archive/scalars.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Memory } from "../../src/kernel/memory.ts";
import { service } from "../../src/kernel/service/service.ts";
import type { Message } from "../../src/kernel/types.ts";
import { subscription } from "../../src/push/api.ts";
import { Subscribers } from "../../src/push/notifier.ts";
import { Reader, type Ring, Subscriber } from "../../src/push/subscriber.ts";
import { type Tick, tick } from "./support/ticks.ts";
import { kinds, nextMessage, nextRing, World } from "./support/world.ts";

for (const thread of kinds) {
  describe(`${thread} bells`, { timeout: 120_000 }, () => {
    test("P9 between the state that is answered and the first ring nothing is lost, and nothing comes twice", async () => {
      await using world = await World.start();
      const notifier = await world.notifier({ pendingMax: 100_000 });
      const main = await world.main();
      const subscriber = world.subscriber(notifier);
      await notifier.net.flood(1);
      const rounds = thread === "own" ? 10 : sized(40, 200);
      let moved = 0;
      for (let round = 0; round < rounds; round += 1) {
        const subscription = await subscriber.subscribe(main, 7, { thread });
        assert.equal(subscription.state.number, subscription.sequence, "the state is of another number");
        for (let next = subscription.sequence + 1; next < subscription.sequence + 4;) {
          const ring = subscription.take(await nextMessage(main));
          if (ring === undefined) continue; // of the round before
          assert.deepEqual([ring.sequence, ring.value.number, ring.gap], [next, next, 0], `of subscription ${round}`);
          next += 1;
        }
        moved += subscription.sequence > 0 ? 1 : 0;
        await subscription.unsubscribe();
      }
      await notifier.net.flood(0);
      assert(moved > rounds / 2, "it was ringing all the time");
    });

    test("P9 a ring that is faster than the answer is one of the subscription's, and the state is no older", async () => {
      await using world = await World.start();
      const { net, subscriber } = await world.played();
      const main = await world.main();
      const subscribing = subscriber.subscribe(main, 7, { thread });
      const message = await net.receive();
      assert(message.is("Subscribe"));
      using bell = await world.kernel.connect(Sid.from(message.value.sid));
      // A notifier of another make, which rings before it answers.
      await bell.move(message.value.opcode, encoded(6), { offset: 6, valid: message.value.mark });
      assert.deepEqual(subscriber.take(await main.receive()), { value: { number: 6, text: "" }, sequence: 6, gap: 0 });
      await bell.move(message.value.opcode, encoded(9), { offset: 9, valid: message.value.mark });
      message.answer({ kind: "accepted", value: { sequence: 4, state: { number: 4, text: "" } } });
      const subscription = await subscribing;
      assert.deepEqual(subscription.take(await main.receive()), {
        value: { number: 9, text: "" },
        sequence: 9,
        gap: 2,
      });
      // 5, 7 and 8.
      assert.equal(subscription.missed, 3);
      net.destroy({ force: true });
      assert.equal(await within("the end", subscription.ended), "notifier");
    });

    test("P9 a number that cannot follow is counted, its event is a ring, and the next one is as if it had not been", async () => {
      await using world = await World.start();
      const { kernel } = world;
      const { net, subscriber } = await world.played();
      const main = await world.main();
      const subscribing = subscriber.subscribe(main, 7, { thread });
      const message = await net.receive();
      assert(message.is("Subscribe"));
      const { sid, opcode, mark: valid } = message.value;
      message.answer({ kind: "accepted", value: { sequence: 10, state: { number: 10, text: "" } } });
      const subscription = await subscribing;
      using bell = await kernel.connect(Sid.from(sid));
      const seen = async (number: number, offset: number | undefined) => {
        await bell.move(opcode, encoded(number), { offset, valid });
        const ring = await nextRing(main, subscription);
        assert.equal(ring.value.number, number, "another event");
        return ring.gap;
      };
      const notice = async (number: number): Promise<void> => {
        await bell.scalar(opcode, [number, valid]);
        assert.equal(subscription.take(await nextMessage(main)), undefined);
      };
      const counts = () => [subscription.missed, subscription.unknownGaps, subscription.malformed];

      const bad = [undefined, 0, -0, -1, 1.5, Infinity, -Infinity, 2 ** 53, 2 ** 53 - 1, 10, 9, 10 + 2 ** 32 + 1];
      for (const offset of bad) assert.equal(await seen(1, offset), undefined, `${offset} follows 10`);
      assert.equal(await seen(11, 11), 0, "the next one");
      assert.deepEqual(counts(), [0, bad.length, bad.length]);
      assert.equal(await seen(13, 13), 1);
      assert.deepEqual(counts(), [1, bad.length, bad.length]);

      // Further on than is true: a gap, as nobody can know better. The next one contradicts it, and from there on all is well.
      assert.equal(await seen(1, 1_013), 999);
      assert.equal(await seen(14, 14), undefined);
      assert.equal(await seen(15, 15), 0);
      assert.equal(await seen(17, 17), 1);
      assert.deepEqual(counts(), [1_001, bad.length + 1, bad.length + 1]);

      // That the newest was dropped, as a notice says it.
      const malformed = bad.length + 1;
      const impossible = [Number.NaN, 0, -1, 1.5, Infinity, 2 ** 53, 2 ** 53 - 1, 17, 17 + 2 ** 32 + 1];
      for (const number of impossible) await notice(number);
      assert.deepEqual(counts(), [1_001, malformed, malformed + impossible.length]);
      await notice(19);
      assert.equal(subscription.missed, 1_003);
      assert.equal(await seen(20, 20), 2);
      assert.equal(subscription.missed, 1_003);
      await notice(1_000_000);
      assert.equal(subscription.missed, 1_000_983);
      assert.equal(await seen(21, 21), 0, "it was not true");
      assert.deepEqual(counts(), [1_003, malformed, malformed + impossible.length + 1]);

      // A message that is no event has no number.
      await bell.move(opcode, new Memory(3), { offset: 500, valid });
      assert.equal(subscription.take(await nextMessage(main)), undefined);
      assert.equal(await seen(22, 22), 0);
      assert.deepEqual(counts(), [1_003, malformed, malformed + impossible.length + 2]);
      net.destroy({ force: true });
    });

    test("P9 an answer whose number no event can have fails the subscription, and nothing is left", async () => {
      await using world = await World.start();
      const { net, subscriber } = await world.played();
      const main = await world.main();
      const serving = (async (): Promise<void> => {
        const bad = [-1, 0.5, Number.NaN, Infinity, 2 ** 53];
        for await (const message of net) {
          if (!message.is("Subscribe")) continue;
          const sequence = bad.shift() ?? 0;
          message.answer({ kind: "accepted", value: { sequence, state: { number: 0, text: "" } } });
        }
      })();
      for (let left = 5; left > 0; left -= 1)
        await assert.rejects(subscriber.subscribe(main, 7, { thread }), { code: "SerializationError" });
      await subscriber.subscribe(main, 7, { thread });
      net.destroy({ force: true });
      await serving;
    });
  });
}

function encoded(number: number): Memory {
  return Memory.copyOf(encodeNew(tick, { number, text: "" }));
}

test("P9 rings that are faster than the answer, whatever their numbers are: missed is right once the answer is there", () => {
  /** The gaps of rings before and after an answer, and what is counted then. */
  const play = (before: readonly number[], answer: number, after: readonly number[]) => {
    const reader = new Reader(tick, 7, 1);
    const gaps = (numbers: readonly number[]): (number | undefined)[] =>
      numbers.map((offset) => {
        const message = { kind: "move", id: 7, offset, valid: 1, bytes: encodeNew(tick, { number: 0, text: "" }) };
        return reader.read(message as unknown as Message)?.gap;
      });
    const [first, missed] = [gaps(before), reader.missed];
    reader.begin(answer);
    return [first, missed, gaps(after), reader.missed, reader.unknownGaps];
  };
  assert.deepEqual(play([5, 6], 4, [8]), [[0, 0], 0, [1], 1, 0]);
  assert.deepEqual(play([6, 8], 4, [9]), [[0, 1], 1, [0], 2, 0]);
  // The state is of a ring that was faster, or of a later one.
  assert.deepEqual(play([5], 5, [6]), [[0], 0, [0], 0, 0]);
  assert.deepEqual(play([5], 6, [7]), [[0], 0, [1], 1, 0]);
  // Numbers that cannot be, before there is one to hold them against.
  assert.deepEqual(play([Number.NaN, 0, -1], 4, [5]), [[undefined, undefined, undefined], 0, [0], 0, 3]);
  assert.deepEqual(play([2 ** 53 - 1], 4, [5, 6]), [[0], 0, [0, 0], 0, 1]);
  assert.deepEqual(play([2 ** 53 - 1, 5], 4, [6, 7]), [[0, undefined], 0, [0, 0], 0, 2]);
  assert.deepEqual(play([5, 6, 7, 6], 4, [8]), [[0, 0, 0, undefined], 0, [0], 0, 1]);
});

test("P10 an event is encoded once for all", { timeout: 60_000 }, async () => {
  await using kernel = await Kernel.start();
  const numbers = subscription(record({ number: u32 }), { subscribe: 0, unsubscribe: 1 });
  const net = await kernel.createServer(service({ Subscribe: numbers.subscribe, Unsubscribe: numbers.unsubscribe }));
  const subscribers = new Subscribers(kernel, numbers);
  const serving = net.serve({
    Subscribe: async (message) => await subscribers.add(message, { number: 0 }),
    Unsubscribe: (message) => subscribers.remove(message),
  });
  using connection = await kernel.connect(net.sid);
  const main = await kernel.createServer();
  const subscriptions = [];
  for (let opcode = 1; opcode <= 50; opcode += 1) {
    const thread = opcode % 2 === 0 ? "shared" : "direct";
    subscriptions.push(await new Subscriber(kernel, connection, numbers).subscribe(main, opcode, { thread }));
  }
  let asked = 0;
  const event = {
    get number(): number {
      asked += 1;
      return 5;
    },
  };
  await subscribers.notify(event);
  assert.equal(asked, 1, "it was encoded more than once");
  for (let left = 50; left > 0; left -= 1) {
    const message = await nextMessage(main);
    assert.equal(subscriptions[message.id - 1]?.take(message)?.value.number, 5);
  }
  await assert.rejects(subscribers.notify({ number: -1 }), { code: "InvalidArgument" });
  assert.equal(subscribers.sequence, 1, "an event that was not told has no number");
  for (const one of subscriptions) await one.unsubscribe();
  net.destroy({ force: true });
  await serving;
});

const all = sized(200, 1_000);
for (const behind of ["wait", "dropNewest", "latest"] as const) {
  for (const thread of ["shared", "direct"] as const) {
    test(
      `P10 1 of ${all} is stalled (${thread}, ${behind}): the others get everything, and it is kept`,
      { timeout: 120_000 },
      async () => {
        const events = sized(20, 100);
        await using world = await World.start();
        const notifier = await world.notifier({ pendingMax: 10 });
        const stalledMain = await world.main(1);
        const options = { thread, behind, queueMax: 1 } as const;
        const stalled = await world.subscriber(notifier).subscribe(stalledMain, 1, options);
        const main = await world.main();
        const got = new Map<number, number>();
        const others = [];
        for (let opcode = 1; opcode < all; opcode += 1) {
          others.push(await world.subscriber(notifier).subscribe(main, opcode, { thread }));
          got.set(opcode, 0);
        }
        assert.equal(await notifier.net.size(), all);
        let left = (all - 1) * events;
        const receiving = (async () => {
          while (left > 0) {
            const message = await main.receive();
            const ring: Ring<Tick> | undefined = others[message.id - 1]?.take(message);
            assert(ring !== undefined);
            assert.equal(ring.gap, 0);
            assert.equal(ring.sequence, (got.get(message.id) ?? 0) + 1, "out of turn");
            got.set(message.id, ring.sequence);
            left -= 1;
          }
        })();
        receiving.catch(() => {}); // until it is awaited
        // One by one, so that those who are not stalled need never wait for room.
        for (let event = 1; event <= events; event += 1) {
          await notifier.net.hurry(1);
          await until("the others have it", () => left <= (all - 1) * (events - event), 30_000, { everyMs: 0 });
        }
        await receiving;
        assert([...got.values()].every((number) => number === events));
        assert.equal(await notifier.net.size(), all, "who is only full is kept");
        // One whose bell is gone is not.
        stalledMain.destroy();
        await until("it is pruned", async () => (await notifier.net.size()) === all - 1);
        const unknown = { kind: "scalar", id: 1, words: [0, 0, 0, 0], sender: 0, [Symbol.dispose]() {} };
        assert.equal(stalled.take(unknown as unknown as Message), undefined);
      },
    );
  }
}
