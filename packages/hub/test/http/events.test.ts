/** Streams of events of the real door, where a mock of the inboxes has what the test says, and time is the test's. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until } from "@doorbell-js/test-support/until";

import { said } from "../support/asking.ts";
import { EventReader } from "../support/event-reader.ts";
import { HttpWorld } from "../support/http-world.ts";

function reader(world: HttpWorld, path = "/v1/events", headers: Record<string, string> = {}): EventReader {
  return new EventReader(world.url + path, { authorization: `Bearer ${world.inboxes.readingKey}`, ...headers });
}

describe("events of an inbox", () => {
  test("events that are asked for behind another request come after its answer, until the reader leaves", async () => {
    await using world = await HttpWorld.open();
    world.inboxes.add("before");
    const head = `HTTP/1.1\r\nHost: localhost:${world.port}\r\nAuthorization: Bearer ${world.inboxes.readingKey}\r\n\r\n`;
    const socket = connect(world.port, "127.0.0.1");
    let heard = "";
    socket.setEncoding("utf8").on("data", (text: string) => (heard += text));
    socket.write(`GET /v1/items ${head}GET /v1/events ${head}`);
    await until("both", () => heard.includes("event: ready"));
    assert.match(heard, /^HTTP\/1\.1 200 .*"text":"before".*HTTP\/1\.1 200 .*text\/event-stream/s);
    socket.destroy();
    await until("its end", () => world.inboxes.openReaders === 0);
  });

  test("who says nothing is told how far it is, and then what comes", async () => {
    await using world = await HttpWorld.open();
    world.inboxes.add("before");
    using events = reader(world);
    await events.hears("ready", ({ events: [first] }) => first?.event === "ready");
    assert.deepEqual(events.events, [{ event: "ready", data: '{"newest":1}', id: "1" }]);
    world.inboxes.add("a");
    world.inboxes.add("b");
    await events.hears("both", () => events.texts().length === 2);
    assert.deepEqual(events.texts(), ["a", "b"]);
    assert.equal(events.events.at(-1)?.id, "3");
  });

  for (const [how, path, headers] of [
    ["in the address", "/v1/events?after=2", {}],
    ["in the header", "/v1/events", { "last-event-id": "2" }],
    ["in the header, which wins", "/v1/events?after=0", { "last-event-id": "2" }],
  ] as const)
    test(`who says ${how} what it has is told what follows, once`, async () => {
      await using world = await HttpWorld.open();
      for (const text of ["a", "b", "c", "d"]) world.inboxes.add(text);
      using events = reader(world, path, headers);
      await events.hears("what follows", () => events.texts().length === 2);
      world.inboxes.add("e");
      await events.hears("the next", () => events.texts().length === 3);
      assert.deepEqual(events.texts(), ["c", "d", "e"]);
      assert.deepEqual(new Set(events.events.map(({ event }) => event)), new Set(["item"]));
    });

  test("more items than a page has are all told, in order", async () => {
    await using world = await HttpWorld.open();
    for (let n = 1; n <= 350; n += 1) world.inboxes.add(`item ${n}`);
    using events = reader(world, "/v1/events?after=0");
    await events.hears("all", () => events.texts().length === 350);
    assert.deepEqual(
      events.data("item").map(({ sequence }) => sequence),
      Array.from({ length: 350 }, (_, index) => index + 1),
    );
  });

  test("items that are gone are told as a gap, and so is that none is left", async () => {
    await using world = await HttpWorld.open();
    for (const text of ["a", "b", "c", "d"]) world.inboxes.add(text);
    world.inboxes.oldest = 4;
    using some = reader(world, "/v1/events?after=1");
    await some.hears("the last", () => some.texts().length === 1);
    assert.deepEqual(some.events.slice(0, 1), [{ event: "gap", data: '{"from":2,"to":3}', id: "3" }]);
    world.inboxes.oldest = 5;
    using none = reader(world, "/v1/events?after=1");
    await none.hears("the gap", () => none.events.length === 1);
    assert.deepEqual(none.events, [{ event: "gap", data: '{"from":2,"to":4}', id: "4" }]);
    world.inboxes.add("e");
    await none.hears("what comes", () => none.texts().length === 1);
  });

  test("a number that the inbox is not at is of another one: everything is told anew", async () => {
    await using world = await HttpWorld.open();
    world.inboxes.add("a");
    using events = reader(world, "/v1/events?after=9");
    await events.hears("all", () => events.texts().length === 1);
    assert.deepEqual(events.events[0], { event: "reset", data: '{"newest":1}', id: "0" });
  });

  for (const [what, path, headers] of [
    ["no number", "/v1/events?after=x", {}],
    ["less than none", "/v1/events?after=-1", {}],
    ["more than a number can be", "/v1/events?after=9007199254740993", {}],
    ["a number of another kind", "/v1/events", { "last-event-id": "1e3" }],
    ["a name", "/v1/events", { "last-event-id": "__proto__" }],
    ["given twice", "/v1/events?after=1&after=2", {}],
  ] as const)
    test(`what was read is ${what}: refused in words`, async () => {
      await using world = await HttpWorld.open();
      const answer = await said(world.ask(path, { key: world.inboxes.readingKey, headers }));
      assert.deepEqual([answer.status, answer["code"]], [400, "InvalidArgument"]);
      assert.match(String(answer["error"]), /(after|Last-Event-ID) is a number of an item/);
      assert.equal(world.inboxes.openReaders, 0);
    });

  test("while nothing comes there is a sign of life, and a reader that has left costs nothing", async () => {
    const clock = new FakeClock();
    await using world = await HttpWorld.open({ clock });
    {
      using events = reader(world);
      await events.hears("ready", () => events.events.length === 1);
      assert.equal(world.inboxes.openReaders, 1);
      for (let beat = 1; beat <= 3; beat += 1) {
        clock.advance(25_000);
        await events.hears("a comment", () => events.comments === beat);
      }
    }
    await until("the reader is let go of", () => world.inboxes.openReaders === 0);
    assert.deepEqual(world.logged, [{ type: "readerEnded", reason: "left" }]);
    // And no time is waited for any more.
    await until("no timer", () => clock.pending === 0);
  });

  test("the others are told on when the first reader leaves", async () => {
    await using world = await HttpWorld.open();
    const first = reader(world);
    await first.hears("ready", () => first.events.length === 1);
    using second = reader(world);
    await second.hears("ready", () => second.events.length === 1);
    world.inboxes.add("to both");
    await second.hears("it", () => second.texts().length === 1);
    first[Symbol.dispose]();
    await until("it left", () => world.inboxes.openReaders === 1);
    world.inboxes.add("to one");
    await second.hears("it", () => second.texts().length === 2);
    assert.deepEqual(second.texts(), ["to both", "to one"]);
  });

  for (const { why, said } of [
    { why: "renewed", said: { code: "AccessDenied", error: "the key does not open this inbox any more" } },
    { why: "deleted", said: { code: "NotFound", error: "the inbox was deleted" } },
  ] as const)
    test(`a stream whose key opens it no more ends, and says why: ${why}`, async () => {
      await using world = await HttpWorld.open();
      using events = reader(world);
      await events.hears("ready", () => events.events.length === 1);
      world.inboxes.endAccess(why);
      await events.hears("the end", () => events.isOver);
      assert.deepEqual(events.data("end"), [said]);
    });

  test("when the hub stops, readers are told", async () => {
    await using world = await HttpWorld.open();
    using events = reader(world);
    await events.hears("ready", () => events.events.length === 1);
    await world.door[Symbol.asyncDispose]();
    await events.hears("the end", () => events.isOver);
    assert.deepEqual(
      events.data("end").map(({ code }) => code),
      ["Stopping"],
    );
  });

  test("items that cannot be had for a while come later", async () => {
    const clock = new FakeClock();
    await using world = await HttpWorld.open({ clock });
    using events = reader(world);
    await events.hears("ready", () => events.events.length === 1);
    world.inboxes.pagesFail = true;
    world.inboxes.add("late");
    await until("it is told to the log", () => world.logged.some(({ type }) => type === "httpFailed"));
    world.inboxes.pagesFail = false;
    clock.advance(1_000);
    await events.hears("it", () => events.texts().length === 1);
    assert.deepEqual(events.texts(), ["late"]);
  });
});

describe("events of another source", () => {
  test("its lines come as they are told, and only for the owner", async () => {
    await using world = await HttpWorld.open();
    world.numbers.push("1");
    world.numbers.push("2");
    using events = new EventReader(`${world.url}/v1/sources/random/events`, {
      authorization: `Bearer ${world.inboxes.ownerKey}`,
    });
    await events.hears("those that are new to it", () => events.events.length === 2);
    world.numbers.push("3");
    await events.hears("the next", () => events.events.length === 3);
    assert.deepEqual(events.data("line"), [
      { sequence: 1, text: "1" },
      { sequence: 2, text: "2" },
      { sequence: 3, text: "3" },
    ]);
    for (const [path, key, status] of [
      ["/v1/sources/random/events", world.inboxes.readingKey, 403],
      ["/v1/sources/__proto__/events", world.inboxes.ownerKey, 404],
      ["/v1/sources/none/events", world.inboxes.ownerKey, 404],
    ] as const)
      assert.equal((await world.ask(path, { key })).status, status);
  });

  test("an ad is posted, and must be one", async () => {
    await using world = await HttpWorld.open();
    const key = world.inboxes.ownerKey;
    assert.equal((await world.ask("/v1/ads", { key, json: { text: "Nice appart" } })).status, 201);
    assert.equal((await world.ask("/v1/ads", { key, json: { text: 7 } })).status, 400);
    assert.equal((await world.ask("/v1/ads", { key: world.inboxes.managingKey, json: { text: "x" } })).status, 403);
    assert.deepEqual(world.posted, ["Nice appart"]);
  });
});
