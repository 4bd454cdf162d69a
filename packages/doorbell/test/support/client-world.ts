import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { Random } from "@doorbell-js/test-support/seed";

import { Client } from "../../src/line/client/client.ts";
import type { ClientOptions } from "../../src/line/client/connect.ts";
import { ServerCore } from "../../src/line/server/core.ts";
import { MemorySource } from "../../src/line/server/memory-source.ts";
import { type Carrier, completeLimits, type Limits } from "../../src/line/server/types.ts";
import type { Clock } from "../../src/line/time.ts";
import { settle } from "./client-mock.ts";
import { SimNet, type SimPeer, type SimSession, type Travel } from "./client-sim.ts";
import { MemoryInboxes } from "./inboxes.ts";
import { JsonInbox } from "./json-inbox.ts";

export interface WorldOptions {
  readonly seed: number;
  readonly travel: Travel;
  readonly limits?: Partial<Limits>;
  readonly client?: ClientOptions;
  readonly type?: typeof Client;
  readonly clock?: SteppedClock;
}

/** A clock that goes on when told to. */
export interface SteppedClock extends Clock {
  runNext(end: number): boolean;
}

/** The real server's core and the real client in one process, on one fake clock, over a simulated network. */
export class World {
  readonly clock: SteppedClock;
  readonly random: Random;
  readonly board: MemorySource = new MemorySource();
  readonly numbers: MemorySource = new MemorySource({ keep: 1, repeat: true });
  /** What the key of `client.key`, if any, opens. */
  readonly inbox: JsonInbox;
  readonly core: ServerCore;
  readonly net: SimNet;
  readonly client: Client;
  /** Whom a notification in this world is of, as the client was told. */
  readonly notified: string[] = [];

  constructor({ seed, travel, limits = {}, client = {}, type = Client, clock = new FakeClock() }: WorldOptions) {
    this.clock = clock;
    this.random = new Random(seed);
    this.numbers.push("0");
    const inboxes = new MemoryInboxes();
    this.inbox = new JsonInbox(inboxes.add(client.key ?? ""));
    this.core = new ServerCore({
      sources: { random: this.numbers, classified: this.board, ...tags() },
      post: (text) => this.board.push(text),
      // As in the hub, it takes a while until it is known what a key opens.
      openInbox: async (key) => inboxes.open(key),
      compat: "answer",
      limits: completeLimits(limits),
      clock: this.clock,
      defer: (run) => void this.clock.after(0, run),
      sessionClosed: () => {},
      sourceFailed: (cause) => {
        throw cause;
      },
    });
    this.net = new SimNet(this.clock, this.random, travel, (peer) => accept(this.core, peer));
    const random = (): number => this.random.below(2 ** 31) / 2 ** 31;
    this.client = new type({ dial: this.net.dial, clock: this.clock, random }, client);
  }

  /** Lets `ms` go by; every promise goes on as far as it can between two things that happen. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    do await settle();
    while (this.clock.runNext(end));
    await settle();
  }
}

/** Sources that always give their own name: an answer that went to the wrong call shows. */
export const TAGS: readonly string[] = Array.from({ length: 8 }, (_, n) => `tag-${n}`);

function tags(): Record<string, MemorySource> {
  const entries = TAGS.map((name) => {
    const source = new MemorySource({ keep: 1, repeat: true });
    source.push(name);
    return [name, source] as const;
  });
  return Object.fromEntries(entries);
}

/** A session of the real core at the server's end of a simulated connection. */
function accept(core: ServerCore, peer: SimPeer): SimSession {
  const carrier: Carrier = {
    write(bytes) {
      peer.send(Buffer.from(bytes as string));
      return true;
    },
    pause: () => {},
    resume: () => {},
    end: () => peer.end(),
    destroy: () => peer.destroy(),
  };
  return core.open(carrier);
}
