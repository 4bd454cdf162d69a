/** The name server's tables alone, without threads: order, limits, and work that is bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";

import { Broker } from "../../../src/kernel/broker/broker.ts";
import type { KernelReport, ToThread } from "../../../src/kernel/broker/protocol.ts";
import { Sid } from "../../../src/kernel/ids.ts";

/** A broker, what it told each thread, and what it left for later. */
class Told {
  readonly broker: Broker;
  readonly later: (() => void)[] = [];
  #told: { readonly thread: number; readonly message: ToThread }[] = [];
  #server = 0;

  constructor(options = {}) {
    const post = (thread: number, message: ToThread): void => void this.#told.push({ thread, message });
    const later = (run: () => void): void => void this.later.push(run);
    this.broker = new Broker({ post, channel: () => new MessageChannel(), later }, options);
  }

  /** What was told since, to whom: of replies to requests alone. */
  replies(): string[] {
    return this.#told.splice(0).flatMap(({ thread, message }) => {
      if (message.type === "connected") return [`${thread} ${message.request}`];
      return message.type === "failed" ? [`${thread} ${message.request} ${message.code} ${message.detail}`] : [];
    });
  }

  server(thread: number): number {
    this.#server += 1;
    const sid = Sid.random().words();
    this.broker.receive(thread, { type: "createServer", request: 0, server: this.#server, sid, queueMax: 1 });
    return this.#server;
  }

  /** Ends the connection of a thread to a peer that has the lowest index. */
  disconnect(thread: number, peer: number): void {
    this.broker.receive(thread, { type: "disconnect", peer, connection: 0 });
  }

  report(): KernelReport {
    this.#told = [];
    this.broker.receive(1, { type: "inspect", request: 0 });
    const { message } = this.#told.splice(0)[0] as { message: { result: KernelReport } & ToThread };
    return message.result;
  }
}

const join = (told: Told, count: number): number[] => Array.from({ length: count }, () => told.broker.join());

test("K24 a place goes to who has waited longest, whoever gives up in between", () => {
  const told = new Told();
  const { naming } = told.broker;
  const [owner, a, b, c, d] = join(told, 5) as [number, number, number, number, number];
  naming.register(owner, told.server(owner), "x", 1);
  naming.connect(a, 1, "x", true);
  for (const [thread, request] of [
    [b, 1],
    [c, 1],
    [b, 2],
    [d, 1],
  ] as const)
    naming.connect(thread, request, "x", true);
  assert.deepEqual(told.replies(), [`${a} 1`]);
  // The first request of b goes; its second stands behind c.
  naming.cancel(b, 1);
  assert.deepEqual(told.replies(), [`${b} 1 Timeout `]);
  told.disconnect(a, owner);
  assert.deepEqual(told.replies(), [`${c} 1`]);
  naming.connect(a, 2, "x", false);
  assert.deepEqual(told.replies(), [`${a} 2 LimitReached `]);
  told.broker.gone(c);
  assert.deepEqual(told.replies(), [`${b} 2`]);
  // It is connected: what it asks more has its place, before those in line.
  naming.connect(b, 3, "x", true);
  naming.connect(b, 4, "x", false);
  assert.deepEqual(told.replies(), [`${b} 3`, `${b} 4`]);
  told.broker.gone(b);
  assert.deepEqual(told.replies(), [`${d} 1`]);
  assert.equal(told.report().waiting, 0);
});

test("K24 all that a thread waits for is there once it is connected", () => {
  const told = new Told();
  const { naming } = told.broker;
  const [owner, a, b] = join(told, 3) as [number, number, number];
  const sid = Sid.random();
  told.broker.receive(owner, { type: "createServer", request: 0, server: 99, sid: sid.words(), queueMax: 1 });
  naming.register(owner, 99, "x", 1);
  naming.connect(a, 1, "x", true);
  for (const [thread, request] of [
    [b, 1],
    [b, 2],
  ] as const)
    naming.connect(thread, request, "x", true);
  assert.deepEqual(told.replies(), [`${a} 1`]);
  // By the id it passes the limit, and then has its place by the name as well.
  told.broker.receive(b, { type: "connect", request: 7, sid: sid.words(), wait: false });
  assert.deepEqual(told.replies(), [`${b} 7`, `${b} 1`, `${b} 2`]);
  assert.equal(naming.allFull, false, "two are connected where one may be");
});

test("K25 who waits for a name stays waiting as its servers come and go", () => {
  const told = new Told();
  const { naming } = told.broker;
  const [owner, other, a, b] = join(told, 4) as [number, number, number, number];
  naming.connect(a, 1, "x", true);
  naming.connect(b, 1, "x", true);
  const first = told.server(owner);
  assert.equal(naming.register(owner, first, "x", 1), undefined);
  assert.deepEqual(told.replies(), [`${a} 1`]);
  assert.equal(naming.register(other, told.server(other), "x", null), "ServerExists");
  // A second name for the same server, another's server, none at all.
  assert.equal(naming.register(owner, first, "y", null), "InvalidArgument");
  assert.equal(naming.register(other, first, "y", null), "ServerNotFound");
  assert.equal(naming.register(owner, 999, "y", null), "ServerNotFound");
  told.broker.receive(owner, { type: "destroyServer", server: first });
  assert.deepEqual(told.replies(), []);
  assert.equal(told.report().waiting, 1);
  assert.equal(naming.register(other, told.server(other), "x", 1), undefined);
  assert.deepEqual(told.replies(), [`${b} 1`]);
  told.broker.gone(other);
  assert.equal(told.report().names, 0);
});

test("K27 the table of one who waits: full, given up, dead, twice the same number", () => {
  const told = new Told({ waitersMax: 3, connectionsMax: 1 });
  const { naming } = told.broker;
  const [owner, a, b] = join(told, 3) as [number, number, number];
  for (const request of [1, 2, 3, 3, 4]) naming.connect(a, request, "x", true);
  assert.deepEqual(told.replies(), [`${a} 4 OutOfMemory waiters`]);
  assert.equal(told.report().waiting, 3);
  for (const request of [2, 2, 99, Number.NaN]) naming.cancel(a, request);
  assert.deepEqual(told.replies(), [`${a} 2 Timeout `]);
  naming.connect(b, 1, "y", true);
  told.broker.gone(a);
  assert.equal(told.report().waiting, 1);
  // The dead ask nothing.
  naming.connect(a, 5, "x", true);
  naming.cancel(a, 5);
  assert.equal(naming.register(a, 1, "x", null), "ServerNotFound");
  assert.equal(told.report().waiting, 1);
  // Its table is full: it is told so when its turn comes, and who comes after is connected.
  const full = told.broker.join();
  told.broker.receive(owner, { type: "createServer", request: 0, server: 50, sid: [1, 1, 1, 1], queueMax: 1 });
  told.broker.receive(full, { type: "connect", request: 1, sid: [1, 1, 1, 1], wait: false });
  naming.connect(full, 2, "z", true);
  naming.connect(b, 2, "z", true);
  told.replies();
  naming.register(owner, told.server(owner), "z", 1);
  assert.deepEqual(told.replies(), [`${full} 2 OutOfMemory connections`, `${b} 2`]);
});

test("K27 many who wait are connected in parts, and whoever asks meanwhile is heard", () => {
  const told = new Told();
  const { naming } = told.broker;
  const [owner, a, b] = join(told, 3) as [number, number, number];
  for (let request = 1; request <= 5_000; request += 1) naming.connect(a, request, "x", true);
  naming.connect(b, 1, "x", true);
  told.replies();
  naming.register(owner, told.server(owner), "x", null);
  const all: string[] = [];
  for (let parts = 0; ; parts += 1) {
    const part = told.replies();
    all.push(...part);
    assert(part.length <= 1_024, `${part.length} in one turn`);
    const next = told.later.shift();
    assert.equal(told.later.length, 0);
    if (next === undefined) {
      assert.equal(parts, 4);
      break;
    }
    // Who asks in between is answered in between.
    naming.connect(b, 1_000 + parts, "nothing", false);
    assert.deepEqual(told.replies(), [`${b} ${1_000 + parts} NotFound `]);
    next();
  }
  assert.deepEqual(all, [...Array.from({ length: 5_000 }, (_, at) => `${a} ${at + 1}`), `${b} 1`]);
});

test("K26 every limited name exactly full, as connections come and go", () => {
  const told = new Told();
  const { naming } = told.broker;
  const [owner, a, b] = join(told, 3) as [number, number, number];
  assert.equal(naming.allFull, true);
  const server = told.server(owner);
  naming.register(owner, server, "x", 2);
  assert.equal(naming.allFull, false);
  naming.connect(a, 1, "x", true);
  naming.connect(a, 2, "x", true);
  assert.equal(naming.allFull, false);
  naming.connect(b, 1, "x", true);
  assert.equal(naming.allFull, true);
  told.disconnect(a, owner);
  assert.equal(naming.allFull, true, "one of two handles");
  told.disconnect(a, owner);
  assert.equal(naming.allFull, false);
  told.broker.receive(owner, { type: "quarantine", peer: b, reason: "" });
  naming.connect(a, 3, "x", true);
  assert.equal(naming.allFull, false, "the place of one that was cut off is free");
  told.broker.receive(owner, { type: "destroyServer", server });
  assert.equal(naming.allFull, true);
});
