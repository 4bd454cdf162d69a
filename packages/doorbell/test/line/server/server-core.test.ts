import assert from "node:assert/strict";
import { test } from "node:test";

import { refusal } from "../../../src/line/server/core.ts";
import type { Source } from "../../../src/line/server/types.ts";
import { TestCore } from "../../support/core.ts";

/** A source that counts who is subscribed to it. */
class CountedSource implements Source {
  subscribed = 0;
  ring: (newest: number) => void = () => {};
  readonly #fails: boolean;

  constructor(fails = false) {
    this.#fails = fails;
  }

  subscribe(ring: (newest: number) => void): { newest: number; [Symbol.dispose](): void } {
    if (this.#fails) throw new Error("scripted");
    this.subscribed += 1;
    this.ring = ring;
    // One that rings as it is subscribed to is heard too.
    ring(7);
    return { newest: 5, [Symbol.dispose]: () => (this.subscribed -= 1) };
  }

  fetch(after: number): { text: string; sequence: number } {
    return { text: `after ${after}`, sequence: 7 };
  }
}

test("each source is subscribed to once, however many sessions there are, and let go at the stop", () => {
  const source = new CountedSource();
  const world = new TestCore({ sources: { source } });
  const clients = [world.connect(), world.connect()];
  assert.equal(source.subscribed, 1);
  assert.deepEqual(
    clients[0]?.ask("source?"),
    ["after 6"],
    "its newest is the most it has told of; one is unread, as it does not say how many",
  );
  world.core.stop();
  world.core.stop();
  assert.equal(source.subscribed, 0);
  for (const client of clients) assert.deepEqual(client.heard(), ["error: the server is stopping"]);
});

test("a server whose making fails lets go of the sources it had subscribed to", () => {
  const source = new CountedSource();
  assert.throws(() => new TestCore({ sources: { source, failing: new CountedSource(true) } }), /scripted/);
  assert.equal(source.subscribed, 0);
});

test("what rang in the turn of the stop is announced before it", () => {
  const world = new TestCore();
  const client = world.connect();
  client.ask("notif");
  world.random.push("1");
  world.core.stop();
  assert.deepEqual(client.heard(), ["notif: random", "error: the server is stopping"]);
});

test("sessions are counted as they open and close, by the reason", () => {
  const world = new TestCore();
  const [first, second, third] = [world.connect(), world.connect(), world.connect()];
  assert.equal(world.core.sessions, 3);
  first.say("quit");
  second.session.received(Buffer.from([255, 10]));
  third.say("x".repeat(16_385));
  assert.equal(world.core.sessions, 3, "a session that ends is one until its carrier is closed");
  assert.deepEqual(second.heard(), ["error: a line is UTF-8 text"]);
  assert.deepEqual(third.heard(), ["error: a line is at most 16384 bytes"]);
  world.core.destroy();
  for (const client of [first, second, third]) {
    assert.equal(client.carrier.destroyed, true);
    client.carrier.close();
    client.carrier.close();
  }
  assert.equal(world.core.sessions, 0);
  assert.deepEqual(world.reasons, ["quit", "notUtf8", "lineTooLong"]);
  assert.deepEqual(world.core.counters.closed, {
    client: 0,
    quit: 1,
    lineTooLong: 1,
    notUtf8: 1,
    http: 0,
    wrongKeys: 0,
    keyEnded: 0,
    stalled: 0,
    stopped: 0,
  });
});

test("who is kept out is told by which limit, in one line", () => {
  assert.equal(refusal("connections"), "error: the server has as many connections as it may; try again later\r\n");
  assert.equal(
    refusal("connectionsPerAddress"),
    "error: your address has as many connections as it may; try again later\r\n",
  );
});
