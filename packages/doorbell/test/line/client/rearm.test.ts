/** Step 7: the timer's two commands are not to be noticed. The real client, and the real server's core. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Random, seed } from "@doorbell-js/test-support/seed";

import { Client } from "../../../src/line/client/client.ts";
import { type Bench, bench, settle, Watched } from "../../support/client-mock.ts";
import { World } from "../../support/client-world.ts";
import { TestCore } from "../../support/core.ts";

const HOUR_MS = 3_600_000;
const REARM_MS = 29 * 60_000;

/** Programs that only listen: each calls `told` for every notification of an ad. */
const listeners: Readonly<
  Record<string, (told: () => void) => { readonly type: typeof Client; listen(client: Client): unknown }>
> = {
  waitNotif: (told) => ({
    type: Client,
    async listen(client) {
      void client.notify();
      try {
        for (;;) if ((await client.waitNotif()).source === "classified") told();
      } catch {
        // The client is closed.
      }
    },
  }),
  "notifications()": (told) => ({
    type: Client,
    async listen(client) {
      for await (const { source } of client.notifications("classified")) if (source === "classified") told();
    },
  }),
  classifiedAvailable: (told) => ({
    type: class extends Client {
      override classifiedAvailable = told;
    },
    listen: (client) => void client.notify(),
  }),
};

for (const [what, make] of Object.entries(listeners))
  test(`a program that only listens, by ${what}, is told once of each ad, over days (SEED=${seed})`, async () => {
    const random = new Random();
    let told = 0;
    const { type, listen } = make(() => void (told += 1));
    const world = new World({ seed: random.below(2 ** 31), travel: { delayMaxMs: 20, segmentMax: Infinity }, type });
    listen(world.client);
    await world.pass(1_000);
    let ads = 0;
    while (world.clock.now() < 48 * HOUR_MS) {
      await world.pass(random.pick([5, 60_000, 29 * 60_000, 3 * HOUR_MS]) + random.below(1_000));
      world.board.push(`ad ${(ads += 1)}`);
    }
    await world.pass(HOUR_MS);
    const writes = world.net.connections.flatMap((connection) => connection.writes.map(({ text }) => text));
    assert.ok(writes.filter((text) => text === "stop_notif\r\nnotif\r\n").length > 90, "the timer fell due");
    assert.deepEqual([told, world.core.counters.idled], [ads, 0]);
    await world.client.close();
  });

/** A client and a server's core without a network between: each write arrives at once, whole or cut by the test. */
class Short {
  readonly world: TestCore = new TestCore();
  readonly notified: string[] = [];
  readonly client: Client;
  /** Into which pieces a write is cut, and what happens between two of them. */
  cut: (text: string) => readonly string[] = (text) => [text];
  between: () => void = () => {};

  constructor(rearmMs: number) {
    const { world } = this;
    const note = (source: string) => (): void => void this.notified.push(source);
    this.client = new Client(
      {
        clock: world.clock,
        random: Math.random,
        dial: (events) => {
          const server = world.connect();
          const hear = (): void => {
            for (const line of server.heard()) events.received(Buffer.from(`${line}\r\n`));
          };
          this.hear = hear;
          queueMicrotask(() =>
            events.opened({
              destroy: () => server.carrier.close(),
              write: (text) => {
                for (const [at, piece] of this.cut(text).entries()) {
                  if (at > 0) this.between();
                  server.session.received(Buffer.from(piece));
                }
                queueMicrotask(hear);
              },
            }),
          );
          return { destroy: () => server.carrier.close() };
        },
      },
      { rearmMs, available: { random: note("random"), classified: note("classified") } },
    );
  }

  hear: () => void = () => {};

  async pass(ms: number): Promise<void> {
    const end = this.world.clock.now() + ms;
    do {
      await settle();
      this.world.turn.endTurn();
      this.hear();
      await settle();
    } while (this.world.clock.runNext(end));
  }

  /** The notifications since this was asked last. */
  heard(): string[] {
    return this.notified.splice(0);
  }
}

test("an ad that was told of and not fetched is not told of again by the timer; the next one is, before, after and with it", async () => {
  const short = new Short(1_000);
  void short.client.notify();
  await short.pass(0);
  short.world.classified.push("one");
  await short.pass(10_000);
  assert.deepEqual(short.heard(), ["classified"]);
  short.world.classified.push("two");
  await short.pass(1_000);
  assert.deepEqual(short.heard(), ["classified"]);
  // In the moment in which the timer is due, and in one piece with what it sends.
  short.cut = (text) => {
    if (text.startsWith("stop_notif")) short.world.classified.push("three");
    return [text];
  };
  await short.pass(1_000);
  assert.deepEqual(short.heard(), ["classified"]);
  await short.client.close();
});

for (const [where, at] of [
  ["between the two commands", 12],
  ["within the first", 4],
  ["within the second", 15],
] as const)
  for (const isUnread of [false, true])
    test(`an ad in the gap: the network cuts what the timer sends ${where}, and an ad comes between; it is told of${isUnread ? ", although another is told of and not fetched" : ""}`, async () => {
      const short = new Short(1_000);
      void short.client.notify();
      await short.pass(0);
      if (isUnread) short.world.classified.push("an old one");
      await short.pass(100);
      assert.deepEqual(short.heard(), isUnread ? ["classified"] : []);
      short.cut = (text) => (text === "stop_notif\r\nnotif\r\n" ? [text.slice(0, at), text.slice(at)] : [text]);
      let gaps = 0;
      short.between = () => {
        gaps += 1;
        short.world.classified.push("one in the gap");
        short.world.turn.endTurn();
      };
      await short.pass(1_000);
      assert.equal(gaps, 1);
      // Cut within the first, nothing is left yet as the ad comes; then the two are in one.
      assert.deepEqual(short.heard(), ["classified"]);
      short.between = () => {};
      short.cut = (text) => [text];
      if (isUnread) assert.equal(await short.client.classified(), "an old one");
      assert.equal(await short.client.classified(), "one in the gap");
      await short.pass(10_000);
      assert.deepEqual(short.heard(), [], "what is fetched is not told of any more");
      await short.client.close();
    });

test("without a client's byte for the idle limit, the timer's two commands enter the mode, and tell of what came meanwhile", async () => {
  const short = new Short(31 * 60_000);
  void short.client.notify();
  await short.pass(30 * 60_000);
  assert.equal(short.world.core.counters.idled, 1);
  short.world.classified.push("one");
  await short.pass(30_000);
  assert.deepEqual(short.heard(), []);
  await short.pass(60_000);
  assert.deepEqual(short.heard(), ["classified"]);
  await short.client.close();
});

/** A client whose timer has just sent its two commands. */
async function rearming(): Promise<Bench> {
  const stand = await bench();
  void stand.client.notify();
  await stand.say("OK");
  stand.wire.heard();
  await stand.pass(REARM_MS);
  assert.deepEqual(stand.wire.heard(), ["stop_notif", "notif"]);
  return stand;
}

test("mode: a command, a pause and a fetch that cross the timer's two commands come behind them, in order", async () => {
  const stand = await rearming();
  const calls = [new Watched(stand.client.random()), new Watched(stand.client.pauseNotifications())] as const;
  const ad = new Watched(stand.client.classified());
  assert.deepEqual(stand.wire.heard(), []);
  assert.deepEqual(await stand.say("OK"), [], "the second is on its way already");
  assert.deepEqual(await stand.say("notif: random", "OK"), ["random?"]);
  assert.deepEqual(await stand.say("7"), ["stop_notif"]);
  assert.deepEqual(await stand.say("OK"), ["classified?"]);
  assert.deepEqual(await stand.say("An ad"), []);
  assert.deepEqual([calls[0].value, calls[1].settled, ad.value], [7, true, "An ad"]);
  assert.equal(stand.client.stats().ignored, 0);
});

test("mode: stopNotify behind the timer's two commands has the last word", async () => {
  const stand = await rearming();
  const stopped = new Watched(stand.client.stopNotify());
  assert.deepEqual(await stand.say("OK", "OK"), ["stop_notif"]);
  await stand.say("OK");
  assert.equal(stopped.value, "OK");
  await stand.pass(3 * REARM_MS);
  assert.deepEqual(stand.wire.heard(), []);
});

for (const answered of [0, 1])
  test(`mode: a connection that is lost with ${answered} of the timer's two commands answered is made anew, in the mode`, async () => {
    const stand = await rearming();
    if (answered === 1) await stand.say("OK");
    assert.deepEqual(await stand.reconnect(), ["notif"]);
  });

for (const answered of [0, 1])
  test(`mode: each of the timer's two commands has a deadline: after ${answered} answers the connection goes`, async () => {
    const stand = await rearming();
    if (answered === 1) await stand.say("OK");
    await stand.pass(9_999);
    assert.equal(stand.wire.destroyed, false);
    await stand.pass(1);
    assert.equal(stand.wire.destroyed, true);
  });

for (const answers of [["error: no"], ["OK", "error: no"], ["42"], ["OK", "An ad"]])
  test(`mode: the timer's two commands, answered by ${answers.join(", ")}: the connection goes`, async () => {
    const stand = await rearming();
    await stand.say(...answers);
    assert.equal(stand.wire.destroyed, true);
  });
