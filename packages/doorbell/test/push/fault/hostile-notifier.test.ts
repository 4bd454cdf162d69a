/** Tries every field that a notifier can set in a message, and a subscriber in a request, at its edges. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { again, runs } from "@doorbell-js/test-support/seed";
import { until, within } from "@doorbell-js/test-support/until";
import fc from "fast-check";

import { encodeNew } from "../../../src/kernel/archive/archive.ts";
import { KernelError } from "../../../src/kernel/errors.ts";
import { Sid } from "../../../src/kernel/ids.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { Memory } from "../../../src/kernel/memory.ts";
import { service } from "../../../src/kernel/service/service.ts";
import type { Connection, Message } from "../../../src/kernel/types.ts";
import { Subscribers } from "../../../src/push/notifier.ts";
import { type Ring, Subscriber, type Subscription } from "../../../src/push/subscriber.ts";
import { type Tick, tick, ticks } from "../support/ticks.ts";
import { kinds, nextMessage, World } from "../support/world.ts";

const opcode = 7;
const text = { honest: "honest", bad: "bad" } as const;

/** A word, from where the honest numbers are: at its edges, or any. */
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(undefined, 0, -0, -1, 1, 1.5, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 60) },
  { weight: 1, arbitrary: fc.constantFrom(Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
);
/** The same from the number of the last event on. */
const near = fc.constantFrom(-1, 0, 1, 2, 1_000, 2 ** 32, 2 ** 32 + 1);
const bad = fc.record({
  kind: fc.constantFrom("move", "move", "lend", "mutableLend", "scalar", "blockingScalar"),
  number: fc.oneof(
    word,
    near.map((from) => ({ from })),
  ),
  mark: fc.constantFrom<"right" | number | undefined>("right", "right", undefined, 0, -1, 0.5, 2 ** 53, Infinity),
  body: fc.oneof(
    { weight: 3, arbitrary: fc.constant("event") },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, tick.bytesMax, tick.bytesMax + 1, 100_000) },
  ),
});
type Bad = typeof bad extends fc.Arbitrary<infer T> ? T : never;

/** A bell, in the hands of a notifier that does with it what it likes; and what its subscriber has of it. */
class Hung {
  readonly subscription: Subscription<Tick>;
  readonly #bell: Connection;
  readonly #means: number;
  readonly #mark: number;
  /** The number of the last honest event. */
  #last = 100;
  #known = 0;
  #unknown = 0;

  constructor(subscription: Subscription<Tick>, bell: Connection, means: number, mark: number) {
    this.subscription = subscription;
    this.#bell = bell;
    this.#means = means;
    this.#mark = mark;
  }

  static async at(world: World, thread: (typeof kinds)[number], main: Main): Promise<Hung> {
    const { net, subscriber } = await world.played();
    const subscribing = subscriber.subscribe(main.server, opcode, { thread });
    const message = await net.receive();
    assert(message.is("Subscribe"));
    const { sid, opcode: means, mark } = message.value;
    message.answer({ kind: "accepted", value: { sequence: 100, state: { number: 100, text: "" } } });
    const bell = await world.kernel.connect(Sid.from(sid));
    return new Hung(await subscribing, bell, means, mark);
  }

  send({ kind, number, mark, body }: Bad): void {
    const bell = this.#bell;
    const offset = typeof number === "object" ? this.#last + number.from : number;
    const valid = mark === "right" ? this.#mark : mark;
    const bytes = encodeNew(tick, { number: 0, text: text.bad });
    const memory = typeof body === "number" ? new Memory(body) : Memory.copyOf(bytes);
    const sent = {
      move: () => bell.move(this.#means, memory, { offset, valid }),
      lend: () => bell.lend(this.#means, memory, { offset, valid }),
      mutableLend: () => bell.mutableLend(this.#means, memory, { offset, valid }),
      scalar: () => bell.scalar(this.#means, [offset ?? Number.NaN, valid ?? Number.NaN]),
      blockingScalar: () => bell.blockingScalar(this.#means, [offset ?? Number.NaN, valid ?? Number.NaN]),
    }[kind]();
    // Nobody owes it an answer.
    sent.catch(() => {});
  }

  /** An honest event; its gap, once it is there. */
  async honest(main: Main): Promise<number | undefined> {
    this.#last += 1;
    const event = Memory.copyOf(encodeNew(tick, { number: this.#last, text: text.honest }));
    await this.#bell.move(this.#means, event, { offset: this.#last, valid: this.#mark });
    for (;;) {
      const ring = await main.next(this);
      if (ring?.value.text !== text.honest) continue;
      assert.deepEqual([ring.sequence, ring.value.number], [this.#last, this.#last], "another ring came");
      return ring.gap;
    }
  }

  /** Whether a message is its bell's scalar; a direct one is told by its mark alone. */
  isNotice(message: Message): boolean {
    return message.kind === "scalar" && (this.#mark === 0 || message.words[1] === this.#mark);
  }

  /** One of its rings, if it is one. */
  took(ring: Ring<Tick> | undefined): void {
    if (ring === undefined) return;
    if (ring.gap === undefined) this.#unknown += 1;
    else this.#known += ring.gap;
  }

  /** Everything that was not as it should be. */
  check(): void {
    const { missed, unknownGaps } = this.subscription;
    assert(Number.isSafeInteger(missed), `${missed} were missed`);
    assert.deepEqual([missed, unknownGaps], [this.#known, this.#unknown], "gaps that no ring has told");
  }
}

/** Main, which is everybody's, and how often something came to it that is nobody's ring. */
class Main {
  readonly server: Awaited<ReturnType<World["main"]>>;
  strange = 0;

  constructor(server: Main["server"]) {
    this.server = server;
  }

  async next(hung: Hung): Promise<Ring<Tick> | undefined> {
    using message = await nextMessage(this.server);
    const before = hung.subscription.malformed;
    const ring = hung.subscription.take(message);
    hung.took(ring);
    if (ring === undefined && hung.subscription.malformed === before && !hung.isNotice(message)) this.strange += 1;
    return ring;
  }
}

test(
  `P4 P9 whatever a notifier sends, its bell counts it, and the next event rings; ${again}`,
  { timeout: 60_000 },
  async () => {
    await using world = await World.start();
    const healthy = await world.notifier();
    for (const thread of kinds) {
      const main = new Main(await world.main());
      const wellMain = await world.main();
      const hung = await Hung.at(world, thread, main);
      const well = await world.subscriber(healthy).subscribe(wellMain, 1, { thread: "shared" });
      let ended: unknown;
      void hung.subscription.ended.then((why) => (ended = why));
      await fc.assert(
        fc.asyncProperty(bad, async (one) => {
          const counted = (): number => hung.subscription.malformed + main.strange;
          const before = counted();
          const gapsBefore = hung.subscription.missed;
          hung.send(one);
          const gap = await hung.honest(main);
          // A number that follows is a ring's like any other: it is believed until the next one.
          const isBelieved = hung.subscription.missed > gapsBefore || gap === undefined;
          if (!isBelieved) assert.equal(gap, 0, "an event is missing");
          while (!isBelieved && counted() === before) await main.next(hung);
          assert.equal(await hung.honest(main), 0, "the second honest event");
          hung.check();
          assert.equal(ended, undefined, "it is over");
        }),
        runs(250),
      );
      await healthy.net.notify(1);
      assert.equal(well.take(await nextMessage(wellMain))?.gap, 0, "another bell of the thread is deaf");
      await well.unsubscribe();
      await hung.subscription.unsubscribe({ timeoutMs: 1 });
    }
  },
);

test("P10 whatever a subscriber asks, the others are told of every event", { timeout: 60_000 }, async () => {
  await using kernel = await Kernel.start();
  const net = await kernel.createServer(service({ Subscribe: ticks.subscribe, Unsubscribe: ticks.unsubscribe }));
  const subscribers = new Subscribers(kernel, ticks);
  const serving = net.serve({
    Subscribe: async (message) => await subscribers.add(message, { number: 0, text: "" }),
    Unsubscribe: (message) => subscribers.remove(message),
  });
  using client = await kernel.connect(net.sid, net.service);
  const bell = await kernel.createServer();
  const request = { sid: bell.sid.words(), opcode: 0, behind: "wait", mark: 0 } as const;
  for (const mark of [Number.NaN, Infinity, -Infinity, 1.5, 2 ** 53])
    assert.deepEqual(await client.Subscribe({ ...request, mark }), { kind: "refused", value: "InvalidArgument" });
  // Marks that can be, opcodes that are another's, and ids of nobody, of itself, and of the kernel's own.
  const strange = [
    { ...request, mark: -0, opcode: 2 ** 32 - 1 },
    { ...request, sid: net.sid.words(), mark: -(2 ** 53) + 1, opcode: ticks.subscribe.opcode },
    { ...request, sid: [0, 0, 0, 0] },
    { ...request, sid: [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1] },
  ];
  for (const one of strange) await client.Subscribe(one);
  // Words that are no id's.
  for (const sid of [[-1, 0, 0, 0], [2 ** 32, 0, 0, 0], [0.5, 0, 0, 0], []]) {
    const send = async (): Promise<unknown> => await client.Subscribe({ ...request, sid });
    await assert.rejects(send, (error) => error instanceof KernelError && error.code === "InvalidArgument");
  }
  for (const words of [
    [Number.NaN, 1, 2, 3],
    [-0, 1.5, Infinity, 2 ** 53],
  ] as const)
    assert.equal(await client.Unsubscribe(...words), 0);
  const heard: number[] = [];
  await using _ = await new Subscriber(kernel, client.connection, ticks).follow(
    ({ value }) => void heard.push(value.number),
  );
  for (let number = 1; number <= 3; number += 1) await subscribers.notify({ number, text: "" });
  await until("all events", () => heard.length === 3);
  assert.equal(bell.tryReceive()?.kind, "move", "a bell of another make is rung");
  net.destroy({ force: true });
  await within("its end", serving);
});
