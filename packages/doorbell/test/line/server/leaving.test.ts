/** `notif` directly behind `stop_notif`, as a client's timer sends them: the mode goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Client, TestCore } from "../../support/core.ts";

test("stop_notif and notif in one: the mode goes on, and what it announced is not announced again", () => {
  const world = new TestCore();
  const client = world.connect();
  world.classified.push("one");
  assert.deepEqual(client.ask("notif"), ["OK", "notif: classified"]);
  assert.deepEqual(client.ask("stop_notif", "notif"), ["OK", "OK"]);
  assert.deepEqual(client.ask("ping", "stop_notif", "notif", "ping"), ["pong", "OK", "OK", "pong"]);
  world.classified.push("two");
  assert.deepEqual(client.ask("stop_notif", "notif"), ["notif: classified", "OK", "OK"], "nothing between the two");
  world.classified.push("three");
  world.turn.endTurn();
  assert.deepEqual(client.heard(), ["notif: classified"]);
  assert.equal(world.core.announcer.listeners, 1);
});

test("stop_notif and notif in one: what the new names cover, and the old did not, is announced", () => {
  const world = new TestCore();
  const client = world.connect();
  client.ask("notif random");
  world.classified.push("one");
  world.random.push("1");
  world.turn.endTurn();
  assert.deepEqual(client.heard(), ["notif: random"]);
  assert.deepEqual(client.ask("stop_notif", "notif"), ["OK", "OK", "notif: classified"]);
  assert.deepEqual(client.ask("stop_notif", "notif nosuch").length, 2);
  assert.equal(world.core.announcer.listeners, 0, "left, as no mode was entered");
  assert.deepEqual(client.ask("notif"), ["OK", "notif: random", "notif: classified"]);
});

for (const [what, between] of [
  ["another command", (client: Client) => client.ask("stop_notif", "ping", "notif")],
  ["a second stop_notif", (client: Client) => client.ask("stop_notif", "stop_notif", "notif")],
  ["a notif that is refused", (client: Client) => client.ask("stop_notif", "notif nosuch", "notif")],
  ["a line that is no command", (client: Client) => client.ask("stop_notif", "", "notif")],
  ["a pause", (client: Client) => [...client.ask("stop_notif"), ...client.ask("notif")]],
  [
    "a cut within notif",
    (client: Client) => {
      client.session.received(Buffer.from("stop_notif\r\nnot"));
      client.session.received(Buffer.from("if\r\n"));
      return client.heard();
    },
  ],
] as const)
  test(`stop_notif and notif with ${what} between: the mode is left and entered, and what is unread announced again`, () => {
    const world = new TestCore();
    const client = world.connect();
    world.classified.push("one");
    assert.deepEqual(client.ask("notif"), ["OK", "notif: classified"]);
    assert.deepEqual(between(client).slice(-2), ["OK", "notif: classified"]);
  });

test("stop_notif and notif in one, when commands are held between them: the mode is left, and nothing said until it is entered", () => {
  const world = new TestCore({ limits: { commandsPerSecondMax: 2 } });
  const client = world.connect();
  client.say("notif");
  world.classified.push("one");
  world.turn.endTurn();
  assert.deepEqual(client.heard(), ["OK", "notif: classified"]);
  assert.deepEqual(client.ask("stop_notif", "notif"), ["OK"], "one more in this second");
  world.classified.push("two");
  world.turn.endTurn();
  assert.deepEqual(client.heard(), []);
  world.clock.advance(1_000);
  assert.deepEqual(client.heard(), ["OK", "notif: classified"]);
});

test("stop_notif and notif in one, after the idle limit: the mode is entered, and what came meanwhile is announced", () => {
  const world = new TestCore();
  const client = world.connect();
  client.ask("notif");
  world.clock.advance(1_800_000);
  world.classified.push("one");
  world.turn.endTurn();
  assert.deepEqual(client.heard(), []);
  assert.deepEqual(client.ask("stop_notif", "notif"), ["OK", "OK", "notif: classified"]);
  assert.equal(world.core.announcer.listeners, 1);
});

test("stop_notif and notif in one put the idle limit off, for all of its time", () => {
  const world = new TestCore();
  const client = world.connect();
  client.ask("notif");
  for (let times = 0; times < 10; times += 1) {
    world.clock.advance(1_799_999);
    assert.deepEqual(client.ask("stop_notif", "notif"), ["OK", "OK"]);
  }
  assert.deepEqual([world.core.counters.idled, world.core.announcer.listeners], [0, 1]);
  world.clock.advance(1_800_000);
  assert.deepEqual([world.core.counters.idled, world.core.announcer.listeners], [1, 0]);
});
