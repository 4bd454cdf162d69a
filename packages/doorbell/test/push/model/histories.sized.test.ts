/**
 * Random histories of subscribers, bells and notifiers, held against a model; notifiers, bell threads and subscribers are
 * killed on the way. `SEED=… npm test -- push/model` makes the same choices again.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Random, seed } from "@doorbell-js/test-support/seed";
import { sized } from "@doorbell-js/test-support/sized";
import { until, within } from "@doorbell-js/test-support/until";

import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { SpawnedThread } from "../../../src/kernel/workers/workers.ts";
import type { Behind } from "../../../src/push/api.ts";
import { sharedBellThread } from "../../../src/push/bell.ts";
import type { Ending, Subscription } from "../../../src/push/subscriber.ts";
import type { Tick } from "../support/ticks.ts";
import { type Kind, kinds, type Notifier, nothingLeft, World } from "../support/world.ts";

const histories = sized(3, 12);
const steps = 60;

/** A notifier, and what the model knows of it. */
interface Source {
  readonly notifier: Notifier;
  told: number;
}

/** A subscription, and what the model expects of it. */
interface Listening {
  readonly subscription: Subscription<Tick>;
  readonly source: Source;
  readonly thread: Kind;
  readonly behind: Behind;
  got: number;
  last: number;
  /** How it has to end, once something ended it. */
  ending: Ending | undefined;
}

class History {
  readonly #world: World;
  readonly #random: Random;
  readonly #main: ServerHandle;
  readonly #sources: Source[] = [];
  readonly #live = new Set<Listening>();
  readonly #over: Listening[] = [];
  readonly #parties: SpawnedThread[] = [];
  #nextOpcode = 0;

  constructor(world: World, random: Random, main: ServerHandle) {
    this.#world = world;
    this.#random = random;
    this.#main = main;
  }

  async start(): Promise<void> {
    for (let count = 2; count > 0; count -= 1) await this.#startSource();
  }

  async #startSource(): Promise<void> {
    this.#sources.push({ notifier: await this.#world.notifier({ pendingMax: 100_000 }), told: 0 });
  }

  async step(): Promise<string> {
    const what = this.#random.below(100);
    if (what < 25) return await this.#subscribe();
    if (what < 35) return await this.#unsubscribe();
    if (what < 60) return await this.#tell();
    if (what < 85) return this.#receive(this.#random.below(100));
    if (what < 90) return await this.#killSource();
    if (what < 94) return await this.#killBells();
    return await this.#party();
  }

  async #subscribe(): Promise<string> {
    const source = this.#random.pick(this.#sources);
    const thread = this.#random.pick(this.#random.below(4) === 0 ? kinds : (["shared", "direct"] as const));
    const policies = ["wait", "dropNewest", "latest", ...(thread === "direct" ? [] : ["dropOldest"])] as Behind[];
    const behind = this.#random.pick(policies);
    const opcode = (this.#nextOpcode += 1) % 3; // shared by several
    const options = { thread, behind, queueMax: 1 + this.#random.below(20) };
    const subscription = await this.#world.subscriber(source.notifier).subscribe(this.#main, opcode, options);
    assert.equal(subscription.sequence, source.told, "it begins at another number");
    assert.equal(subscription.state.number, source.told, "it begins with another state");
    this.#live.add({ subscription, source, thread, behind, got: 0, last: source.told, ending: undefined });
    return `subscribe ${thread} ${behind}`;
  }

  async #unsubscribe(): Promise<string> {
    const [one] = this.#live;
    if (one === undefined) return "";
    one.ending = "unsubscribed";
    await within("the end", one.subscription.unsubscribe());
    await this.#ended(one);
    return "unsubscribe";
  }

  async #ended(one: Listening): Promise<void> {
    this.#live.delete(one);
    this.#over.push(one);
    assert.equal(await within("its end", one.subscription.ended), one.ending, "it ended for another reason");
  }

  async #tell(): Promise<string> {
    const source = this.#random.pick(this.#sources);
    const count = 1 + this.#random.below(200);
    source.told += count;
    assert.equal(await source.notifier.net.hurry(count), source.told);
    return `tell ${count}`;
  }

  /** Takes so many of main's messages, and holds each against the model. */
  #receive(count: number): string {
    for (let left = count; left > 0; left -= 1) {
      const message = this.#main.tryReceive();
      if (message === undefined) break;
      using _ = message;
      for (const one of this.#over)
        assert.equal(one.subscription.take(message), undefined, "a ring after the end of its subscription");
      for (const one of this.#live) {
        const ring = one.subscription.take(message);
        if (ring === undefined) continue;
        assert.equal(ring.value.number, ring.sequence, "an event under another's number");
        assert.equal(ring.sequence, one.last + (ring.gap ?? Number.NaN) + 1, "the gap is another");
        assert(ring.sequence <= one.source.told, "an event that never happened");
        one.last = ring.sequence;
        one.got += 1;
        break;
      }
    }
    return `receive ${count}`;
  }

  async #killSource(): Promise<string> {
    const at = this.#random.below(this.#sources.length);
    const [source] = this.#sources.splice(at, 1);
    for (const one of this.#live) if (one.source === source) one.ending = "notifier";
    await source?.notifier.thread.terminate();
    for (const one of this.#live) if (one.ending !== undefined) await this.#ended(one);
    await this.#startSource();
    return "kill a notifier";
  }

  async #killBells(): Promise<string> {
    for (const one of this.#live) if (one.thread === "shared") one.ending = "bell";
    await (await sharedBellThread(this.#world.kernel)).end();
    for (const one of this.#live) if (one.ending !== undefined) await this.#ended(one);
    return "kill the bell thread";
  }

  /** Another subscriber, on a thread of its own; or the death of one. */
  async #party(): Promise<string> {
    const dead = this.#parties.pop();
    if (dead !== undefined) {
      await dead.terminate();
      return "kill a subscriber";
    }
    const { notifier } = this.#random.pick(this.#sources);
    const data = { sid: notifier.sid.words(), thread: this.#random.pick(kinds) };
    const url = new URL("../support/mortal-subscriber.js", import.meta.url);
    const party = await this.#world.kernel.spawn(url, { data });
    await within("a subscriber that is up", new Promise((resolve) => party.worker.once("message", resolve)));
    this.#parties.push(party);
    return "another subscriber";
  }

  /** What was told is received, or accounted for; then all that is left is ended. */
  async finish(): Promise<number> {
    for (const party of this.#parties) await party.terminate();
    for (const one of this.#live) {
      const due = one.source.told - one.subscription.sequence;
      await until(
        `${due} events of ${one.thread}, ${one.behind}: ${one.got} came`,
        () => {
          this.#receive(1_000);
          return one.got + one.subscription.missed === due;
        },
        60_000,
      );
      if (one.behind === "wait") assert.equal(one.subscription.missed, 0, "dropped although it waits");
    }
    let got = 0;
    for (const one of [...this.#live, ...this.#over]) {
      assert.equal(one.subscription.malformed, 0);
      got += one.got;
    }
    for (const one of this.#live) await one.subscription.unsubscribe();
    for (const { notifier } of this.#sources) {
      await until("a table without subscribers", async () => (await notifier.net.size()) === 0);
      await notifier.thread.terminate();
    }
    await (await sharedBellThread(this.#world.kernel)).end();
    return got;
  }
}

test(
  `P1 to P11 ${histories} random histories of ${steps} steps with kills; seed ${seed}`,
  { timeout: 300_000 },
  async (t) => {
    let got = 0;
    for (let number = 0; number < histories; number += 1) {
      const random = new Random(seed + number);
      await using world = await World.start();
      const main = await world.main(1 + random.below(50));
      const before = await world.kernel.inspect();
      const history = new History(world, random, main);
      const taken: string[] = [];
      try {
        await history.start();
        for (let step = 0; step < steps; step += 1) taken.push(await history.step());
        got += await history.finish();
        for (let message = main.tryReceive(); message !== undefined; message = main.tryReceive())
          message[Symbol.dispose]();
        await nothingLeft(world.kernel, before);
      } catch (error) {
        t.diagnostic(`SEED=${seed}, history ${number}: ${taken.join("; ")}`);
        throw error;
      }
    }
    t.diagnostic(`SEED=${seed}: ${got} rings, each as the model has it`);
  },
);
