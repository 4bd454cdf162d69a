/** The handle: subscribed once, taken back, disposed of; whoever dies, nothing is left. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { until, within } from "@doorbell-js/test-support/until";

import { KernelError } from "../../src/kernel/errors.ts";
import { Sid } from "../../src/kernel/ids.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Subscribers } from "../../src/push/notifier.ts";
import { Subscriber } from "../../src/push/subscriber.ts";
import { ticks } from "./support/ticks.ts";
import { kinds, nextMessage, nextRing, nothingLeft, World } from "./support/world.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const code = (wanted: string) => (error: unknown) => error instanceof KernelError && error.code === wanted;

for (const thread of kinds) {
  describe(`${thread} bells`, { timeout: 120_000 }, () => {
    test("P3 each subscriber has its rings where and under which opcode it chose", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const [first, second] = [await world.main(), await world.main()];
      await using a = await world.subscriber(notifier).subscribe(first, 7, { thread });
      await using b = await world.subscriber(notifier).subscribe(second, 2 ** 32 - 1, { thread });
      await notifier.net.notify(2);
      for (const [main, subscription, opcode] of [
        [first, a, 7],
        [second, b, 2 ** 32 - 1],
      ] as const) {
        for (const number of [1, 2]) {
          const message = await main.receive();
          assert.equal(message.id, opcode);
          assert.deepEqual(subscription.take(message), { value: { number, text: "" }, sequence: number, gap: 0 });
        }
        assert.equal(main.tryReceive(), undefined);
      }
    });

    test("P3 two subscriptions under one opcode of one server are told apart", async () => {
      await using world = await World.start();
      const [one, other] = [await world.notifier({}, "one"), await world.notifier({}, "other")];
      const main = await world.main();
      await using a = await world.subscriber(one).subscribe(main, 7, { thread });
      await using b = await world.subscriber(other).subscribe(main, 7, { thread });
      await one.net.notify(1);
      await other.net.notify(1);
      const texts: (string | undefined)[] = [];
      for (let left = 2; left > 0; left -= 1) {
        const message = await main.receive();
        const ofA = a.take(message);
        assert.equal(a.malformed, 0, "the other's ring was taken for its own");
        texts.push(ofA === undefined ? `b ${b.take(message)?.value.text}` : `a ${ofA.value.text}`);
      }
      assert.deepEqual(texts.sort(), ["a one", "b other"]);
    });

    test("P5 a second subscription of a handle is ServerExists; taking back what is not there does nothing", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await world.main();
      const subscriber = world.subscriber(notifier);
      await subscriber.unsubscribe();
      const first = subscriber.subscribe(main, 7, { thread });
      await assert.rejects(subscriber.subscribe(main, 7, { thread }), code("ServerExists"));
      await first;
      await assert.rejects(subscriber.subscribe(main, 8, { thread }), code("ServerExists"));
      assert.equal(await notifier.net.size(), 1);
      await subscriber.unsubscribe();
      await subscriber.unsubscribe();
      await (await first).unsubscribe();
      assert.equal(await notifier.net.size(), 0);
      // Once it is taken back it can be made anew.
      await using again = await subscriber.subscribe(main, 7, { thread });
      await notifier.net.notify(1);
      assert.equal((await nextRing(main, again)).sequence, 1);
    });

    test("P6 unsubscribing while subscribing waits for it, and leaves nothing", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await world.main();
      // The shared bell thread is the program's: it stays.
      await (await world.subscriber(notifier).subscribe(main, 7, { thread })).unsubscribe();
      const before = await world.kernel.inspect();
      const subscriber = world.subscriber(notifier);
      const subscribing = subscriber.subscribe(main, 7, { thread });
      await Promise.all([subscriber.unsubscribe(), subscriber.unsubscribe()]);
      assert.equal(await (await subscribing).ended, "unsubscribed");
      assert.equal(await notifier.net.size(), 0);
      await nothingLeft(world.kernel, before);
    });

    test("P6 what waits in main's queue when it is taken back reaches nobody", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await world.main();
      const subscriber = world.subscriber(notifier);
      const old = await subscriber.subscribe(main, 7, { thread });
      await notifier.net.notify(20);
      // The first is here; so are others, or on their way.
      assert.equal((await nextRing(main, old)).sequence, 1);
      while (main.queued === 0) await world.kernel.inspect();
      const ending = old.unsubscribe();
      // From the call on, and not only from its end.
      const waited = main.tryReceive();
      assert(waited !== undefined);
      assert.equal(old.take(waited), undefined, "a ring after the end was asked for");
      await ending;
      await using fresh = await subscriber.subscribe(main, 7, { thread });
      assert.equal(fresh.sequence, 20);
      await notifier.net.notify(1);
      for (let taken: unknown; taken === undefined;) {
        const message = await nextMessage(main);
        assert.equal(old.take(message), undefined, "a ring of the subscription that is over");
        const ring = fresh.take(message);
        if (ring === undefined) continue;
        assert.deepEqual([ring.sequence, ring.gap], [21, 0], "the old one's ring was taken for the new one's");
        taken = ring;
      }
    });

    test("P6 it cannot deadlock: main is full, rings are on their way, and main waits for the end", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await world.main(2);
      for (const behind of ["wait", "dropNewest", "latest"] as const) {
        const options = { thread, behind, queueMax: 2 };
        const subscription = await world.subscriber(notifier).subscribe(main, 7, options);
        await notifier.net.hurry(50);
        await within("the end of a subscription whose main is full", subscription.unsubscribe(), 20_000);
        for (let left = main.tryReceive(); left !== undefined; left = main.tryReceive()) {
          assert.equal(subscription.take(left), undefined);
          left[Symbol.dispose]();
        }
      }
      assert.equal(await notifier.net.size(), 0);
    });

    test("P6 nothing remembers a subscription that is over", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      const main = await world.main();
      const remembered: WeakRef<object>[] = [];
      for (let round = 0; round < 20; round += 1) {
        const subscriber = world.subscriber(notifier);
        remembered.push(new WeakRef(subscriber), new WeakRef(await subscriber.subscribe(main, 7, { thread })));
        await subscriber.unsubscribe();
      }
      const left = (): number => remembered.filter((one) => one.deref() !== undefined).length;
      await until("the end of all but the last", () => {
        collect();
        return left() <= 2;
      }).catch(() => assert.fail(`${left()} of ${remembered.length} are remembered`));
    });

    test("P7 disposing of a subscription takes it back, and so does the death of the subscriber's thread", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      {
        await using subscription = await world.subscriber(notifier).subscribe(await world.main(), 7, { thread });
        assert.deepEqual([await notifier.net.size(), subscription.sequence], [1, 0]);
      }
      assert.equal(await notifier.net.size(), 0, "a subscription that was disposed of is still told");
      const before = await world.kernel.inspect();
      const party = await world.kernel.spawn(new URL("./support/mortal-subscriber.js", import.meta.url), {
        data: { sid: notifier.sid.words(), thread },
      });
      await new Promise((resolve) => party.worker.once("message", resolve));
      assert.equal(await notifier.net.size(), 2);
      await notifier.net.notify(3);
      await party.terminate();
      await nothingLeft(world.kernel, before);
      assert.equal(await notifier.net.size(), 0);
    });

    test("P7 the end of a handler's subscription is the end of its server", async () => {
      await using world = await World.start();
      const notifier = await world.notifier();
      await (await world.subscriber(notifier).follow(() => {}, { thread })).unsubscribe();
      const before = await world.kernel.inspect();
      const seen: number[] = [];
      {
        await using subscription = await world.subscriber(notifier).follow(
          async ({ value }) => {
            seen.push(value.number);
            if (value.number === 2) await subscription.unsubscribe();
          },
          { thread },
        );
        await notifier.net.notify(5);
        assert.equal(await within("the end", subscription.ended), "unsubscribed");
      }
      await nothingLeft(world.kernel, before);
      assert.deepEqual(seen, [1, 2]);
    });

    test("P7 the death of the notifier, or of main, is told, and nothing is left", async () => {
      await using world = await World.start();
      const keeper = await world.notifier();
      await (await world.subscriber(keeper).subscribe(await world.main(), 7, { thread })).unsubscribe();
      const main = await world.main();
      const before = await world.kernel.inspect();
      const notifier = await world.notifier();
      const subscription = await world.subscriber(notifier).subscribe(main, 7, { thread });
      await notifier.thread.terminate();
      assert.equal(await within("the end", subscription.ended), "notifier");
      await nothingLeft(world.kernel, before);
    });

    test("P8 each step that fails undoes those before it", async () => {
      await using world = await World.start();
      const notifier = await world.notifier({ subscribersMax: 1 });
      const main = await world.main();
      await using _first = await world.subscriber(notifier).subscribe(main, 7, { thread });
      const before = await world.kernel.inspect();

      // The last step: the notifier refuses.
      const subscriber = world.subscriber(notifier);
      await assert.rejects(subscriber.subscribe(main, 8, { thread }), code("LimitReached"));
      await nothingLeft(world.kernel, before);
      // It does not answer in time, or drops what it is asked.
      const deaf = await world.kernel.createServer();
      using toDeaf = await world.kernel.connect(deaf.sid);
      const withDeaf = await world.kernel.inspect();
      const unanswered = new Subscriber(world.kernel, toDeaf, ticks).subscribe(main, 8, { thread, timeoutMs: 300 });
      await assert.rejects(unanswered, code("Timeout"));
      const refused = new Subscriber(world.kernel, toDeaf, ticks).subscribe(main, 8, { thread });
      void (async () => {
        for await (const message of deaf) message[Symbol.dispose]();
      })();
      await assert.rejects(refused, code("Unanswered"));
      await nothingLeft(world.kernel, withDeaf);
      toDeaf.disconnect();
      await assert.rejects(
        new Subscriber(world.kernel, toDeaf, ticks).subscribe(main, 8, { thread }),
        code("ServerNotFound"),
      );
      deaf.destroy({ force: true });
      await nothingLeft(world.kernel, before);
      // The first steps: options that cannot be, and a main that is gone.
      for (const options of [{ queueMax: 0 }, { queueMax: 65_537 }, { queueMax: 1.5 }])
        await assert.rejects(subscriber.subscribe(main, 8, { thread, ...options }), code("InvalidArgument"));
      await assert.rejects(subscriber.subscribe(main, -1, { thread }), code("InvalidArgument"));
      const signal = AbortSignal.abort(new Error("no"));
      await assert.rejects(subscriber.subscribe(main, 8, { thread, signal }), { message: "no" });
      await nothingLeft(world.kernel, before);
      const ended = await world.main();
      ended.destroy();
      await assert.rejects(subscriber.subscribe(ended, 8, { thread }), code("ServerNotFound"));
      await nothingLeft(world.kernel, before);
      // After all that the handle is as good as new.
      assert.equal(await notifier.net.size(), 1);
      await _first.unsubscribe();
      await (await subscriber.subscribe(main, 8, { thread })).unsubscribe();
    });

    test("P8 a kernel that is full at any step is OutOfMemory, and nothing is left", async () => {
      // The bell takes three entries of the table at most; each of them is the one too many in turn.
      const kernel = await Kernel.start({ serversMax: 7 });
      await using _ = kernel;
      const net = await kernel.createServer();
      const main = await kernel.createServer();
      using connection = await kernel.connect(net.sid);
      const serving = (async () => {
        for await (const message of net) message[Symbol.dispose]();
      })();
      // The bell thread is up; nobody answers here, which is a failed last step.
      const subscriber = new Subscriber(kernel, connection, ticks);
      await assert.rejects(subscriber.subscribe(main, 1, { thread }), code("Unanswered"));
      let refused = 0;
      for (let taken = 0; taken < 7; taken += 1) {
        const fillers = [];
        for (let made = 0; made < taken; made += 1) fillers.push(await kernel.createServer().catch(() => undefined));
        const before = await kernel.inspect();
        await subscriber.subscribe(main, 1, { thread }).catch((error: KernelError) => {
          // A thread of its own does not even come up.
          assert(["OutOfMemory", "Unanswered", "ThreadNotFound"].includes(error.code), String(error));
          if (error.code !== "Unanswered") refused += 1;
        });
        await nothingLeft(kernel, before);
        for (const filler of fillers) filler?.destroy();
      }
      assert(refused >= (thread === "direct" ? 1 : 5), `${refused} steps failed`);
      net.destroy({ force: true });
      await serving;
    });
  });
}

test("P7 the end of main, or of the bell's thread, ends a subscription", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  for (const thread of ["shared", "own"] as const) {
    const main = await world.main();
    const subscription = await world.subscriber(notifier).subscribe(main, 7, { thread });
    main.destroy();
    assert.equal(await within("the bell's end", subscription.ended), "bell");
  }
  while ((await notifier.net.size()) > 0) await new Promise(setImmediate);
});

test("a connection that is closed is told, and a subscriber of an unknown id is refused", async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  // What a subscriber sends cannot make the notifier fail.
  const strange = { sid: Sid.random().words(), opcode: 0, behind: "wait", mark: 0 } as const;
  assert.deepEqual(await notifier.net.Subscribe(strange), { kind: "refused", value: "ServerNotFound" });
  assert.equal(await notifier.net.Unsubscribe(1, 2, 3, 4), 0);
  assert.equal(await notifier.net.size(), 0);
});

test("a state that is not of the shape is the notifier's failure, and its subscriber does not wait", async () => {
  await using world = await World.start();
  const { net, subscriber } = await world.played();
  const subscribing = subscriber.subscribe(await world.main(), 7, { thread: "direct" });
  const refused = assert.rejects(within("the end of the call", subscribing), code("Unanswered"));
  const message = await net.receive();
  assert(message.is("Subscribe"));
  const subscribers = new Subscribers(world.kernel, ticks);
  await assert.rejects(subscribers.add(message, { number: -1, text: "" }), code("InvalidArgument"));
  await refused;
  assert.equal(subscribers.size, 0);
  net.destroy();
});

test("callers without types hear what is wrong", { timeout: 60_000 }, async () => {
  await using world = await World.start();
  const notifier = await world.notifier();
  const main = await world.main();
  const subscriber = world.subscriber(notifier);
  const isInvalid = (message: RegExp) => ({ code: "InvalidArgument", message });
  const subscribe = async (...given: unknown[]): Promise<unknown> =>
    await (Reflect.apply(subscriber.subscribe.bind(subscriber), undefined, given) as Promise<unknown>);
  const follow = async (...given: unknown[]): Promise<unknown> =>
    await (Reflect.apply(subscriber.follow.bind(subscriber), undefined, given) as Promise<unknown>);
  await assert.rejects(subscribe(main), isInvalid(/opcode of main's/));
  await assert.rejects(subscribe(main, 7, { behnid: "latest" }), isInvalid(/no option behnid;.*behind/));
  await assert.rejects(subscribe(main, 7, { behind: "newest" }), isInvalid(/one of wait, dropOldest/));
  await assert.rejects(subscribe(main, 7, { thread: "sharred" }), isInvalid(/"shared", "own" or "direct"/));
  await assert.rejects(follow(), isInvalid(/takes a function/));
  await assert.rejects(
    follow(() => {}, { onEror: () => {} }),
    isInvalid(/no option onEror/),
  );
  assert.throws(
    () => new Subscribers(world.kernel, ticks, { subscriberMax: 3 } as never),
    isInvalid(/no option subscriberMax/),
  );
  assert.equal(await notifier.net.size(), 0);
  await using subscription = await subscriber.subscribe(main, 7);
  assert.equal(subscription.missed, 0);
});
