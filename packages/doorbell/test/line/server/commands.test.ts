import assert from "node:assert/strict";
import { test } from "node:test";

import { LineError } from "../../../src/line/errors.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import type { Fetched } from "../../../src/line/server/types.ts";
import { TestCore } from "../../support/core.ts";

test("random? gives the newest number again and again; classified? each ad once, the oldest first, then an empty line", () => {
  const test = new TestCore();
  test.random.push("41");
  for (const ad of ["one", "two"]) test.classified.push(ad);
  const client = test.connect();
  assert.deepEqual(client.ask("random?", "random?"), ["41", "41"]);
  assert.deepEqual(client.ask("classified?", "classified?", "classified?"), ["one", "two", ""]);
  test.random.push("42");
  test.classified.push("three");
  assert.deepEqual(client.ask("classified?", "random?", "classified?"), ["three", "42", ""]);
});

test("each session reads for itself; a new one finds the most recent 100 ads unread", () => {
  const test = new TestCore();
  for (let ad = 1; ad <= 101; ad += 1) test.classified.push(`ad ${ad}`);
  const [first, second] = [test.connect(), test.connect()];
  assert.deepEqual(first.ask("classified?"), ["ad 2"]);
  assert.deepEqual(second.ask("classified?"), ["ad 2"]);
  assert.deepEqual(first.ask("classified?"), ["ad 3"]);
  for (let ad = 4; ad <= 101; ad += 1) assert.deepEqual(first.ask("classified?"), [`ad ${ad}`]);
  assert.deepEqual(first.ask("classified?"), [""]);
});

test("notif announces at once what is unread, once for each source; then each new item; notif again is OK and no more", () => {
  const test = new TestCore();
  for (const ad of ["one", "two"]) test.classified.push(ad);
  const client = test.connect();
  assert.deepEqual(client.ask("notif"), ["OK", "notif: classified"]);
  assert.deepEqual(client.ask("notif"), ["OK"]);
  test.classified.push("three");
  test.random.push("1");
  test.random.push("2");
  assert.deepEqual(client.heard(), []);
  test.turn.endTurn();
  assert.deepEqual(client.heard(), ["notif: classified", "notif: random", "notif: random"]);
  assert.deepEqual(client.ask("stop_notif"), ["OK"]);
  test.random.push("3");
  test.turn.endTurn();
  assert.deepEqual(client.heard(), []);
  assert.deepEqual(client.ask("notif"), ["OK", "notif: random", "notif: classified"]);
});

test("notif with names narrows the mode, and without them widens it again", () => {
  const test = new TestCore();
  const client = test.connect();
  assert.deepEqual(client.ask("notif random random"), ["OK"]);
  test.random.push("1");
  test.classified.push("one");
  test.turn.endTurn();
  assert.deepEqual(client.heard(), ["notif: random"]);
  assert.deepEqual(client.ask("notif"), ["OK", "notif: classified"]);
  assert.deepEqual(client.ask("notif classified"), ["OK"]);
  test.random.push("2");
  test.turn.endTurn();
  assert.deepEqual(client.heard(), []);
  assert.deepEqual(client.ask("notif random nosuch"), [
    'error: there is no source "nosuch": the command "sources" lists them',
  ]);
});

test("stop_notif is OK outside the mode too", () => {
  assert.deepEqual(new TestCore().connect().ask("stop_notif", "stop_notif"), ["OK", "OK"]);
});

test("post puts an ad on the board, once it has been checked; without a board it is refused", () => {
  const ads: string[] = [];
  const test = new TestCore({ post: (text) => void ads.push(text) });
  const client = test.connect();
  assert.deepEqual(client.ask("post an ad", "post anyone there?", "post  x "), ["OK", "OK", "OK"]);
  const refused = client.ask("post", "post ", "post OK", "post notif: x", `post ${"x".repeat(1_025)}`, "post a\tb");
  assert.deepEqual(refused.slice(0, 2), Array(2).fill("error: an ad is 1 to 1024 bytes, this one is 0"));
  assert.deepEqual(
    refused.slice(2, 4),
    Array(2).fill('error: an ad is not "OK" and does not begin with "notif:" or "error:"'),
  );
  assert.deepEqual(refused.slice(4), ["error: an ad is 1 to 1024 bytes, this one is 1025", "error: unknown command"]);
  assert.deepEqual(ads, ["an ad", "anyone there?", " x "]);
  assert.deepEqual(new TestCore().connect().ask("post an ad"), ["error: this server takes no ads"]);
});

test("sources, help and ping answer one line each; quit is OK and the end", () => {
  const client = new TestCore({ post: () => {} }).connect();
  assert.deepEqual(client.ask("sources"), ["random classified"]);
  assert.deepEqual(client.ask("help"), [
    "random? classified? notif [source ...] stop_notif post <text> sources ping help quit",
  ]);
  assert.deepEqual(client.ask("ping"), ["pong"]);
  assert.deepEqual(client.ask("quit", "ping"), ["OK"]);
  assert.equal(client.carrier.ended, true);
  assert.ok(!new TestCore().connect().ask("help")[0]?.includes("post"));
});

const unknown = ["", "PING", "other?", "random", "ping\u0000", "notif ", "ping ", "help?"];

test("what is no command is answered so, and the connection stays", () => {
  const test = new TestCore();
  const client = test.connect();
  assert.deepEqual(
    client.ask(...unknown),
    unknown.map(() => "error: unknown command"),
  );
  assert.deepEqual(client.ask("ping"), ["pong"]);
  assert.equal(test.core.counters.unknown, unknown.length);
  assert.equal(test.core.counters.commands, 1);
});

test("a server that is silent, as the original was, answers none of them", () => {
  const test = new TestCore({ compat: "silent" });
  assert.deepEqual(test.connect().ask(...unknown, "ping"), ["pong"]);
  assert.equal(test.core.counters.unknown, unknown.length);
});

test("a server that is as the how-to's text has it knows its four commands, and post", () => {
  const ads: string[] = [];
  const world: TestCore = new TestCore({
    sources: { random: new MemorySource(), network: new MemorySource(), classified: new MemorySource() },
    post: (text) => void ads.push(text),
    openInbox: () => assert.fail("a key was tried"),
    compat: "original",
  });
  const client = world.connect();
  const silent = ["notif random", "notif random classified", "network?", "inbox?", "key k", "key", "sources", "help"];
  assert.deepEqual(client.ask(...silent, "ping", "quit", "", "stop_notif "), []);
  assert.equal(world.core.counters.unknown, silent.length + 4);
  assert.deepEqual(client.ask("random?", "classified?", "notif", "stop_notif"), ["", "", "OK", "OK"]);
  assert.deepEqual(client.ask("post an ad"), ["OK"]);
  assert.match(client.ask("post")[0] ?? "", /^error: an ad /);
  assert.deepEqual(ads, ["an ad"]);
  assert.deepEqual(client.ask("GET / HTTP/1.1").length, 1);
});

test("a server that is as the how-to's text has it announces and gives its two sources, and no other", () => {
  const [random, network] = [new MemorySource({ keep: 1 }), new MemorySource()];
  const world = new TestCore({ sources: { network, random }, compat: "original" });
  const client = world.connect();
  network.push("up");
  random.push("42");
  assert.deepEqual(client.ask("notif"), ["OK", "notif: random"]);
  network.push("down");
  random.push("43");
  world.turn.endTurn();
  assert.deepEqual(client.heard(), ["notif: random"]);
  assert.deepEqual(client.ask("stop_notif", "random?", "network?", "classified?"), ["OK", "43"]);
});

const given =
  (text: unknown, sequence: unknown): (() => Fetched) =>
  () =>
    ({ text, sequence }) as Fetched;
const bad: readonly (readonly [string, () => Fetched | Promise<Fetched>])[] = [
  [
    "throws",
    () => {
      throw new Error("scripted");
    },
  ],
  ["gives two lines", given("a\nb", 1)],
  ["gives OK", given("OK", 1)],
  ["gives a notification", given("notif: x", 1)],
  ["gives an error", given("error: x", 1)],
  ["gives more than a line's bytes", given("é".repeat(8_193), 1)],
  ["gives a number for a text", given(5, 1)],
  ["gives nothing", given(undefined, 1)],
  ["gives no number", given("x", NaN)],
  ["goes back", given("x", -1)],
];
for (const [what, fetch] of bad)
  test(`a source that ${what} is not available, and the session goes on`, () => {
    const source = { fetch, subscribe: () => ({ newest: 0, [Symbol.dispose]: () => {} }) };
    const test = new TestCore({ sources: { odd: source } });
    const client = test.connect();
    assert.deepEqual(client.ask("odd?", "ping"), ["error: odd is not available now; try again", "pong"]);
    assert.equal(test.core.counters.failed, 1);
    assert.equal(test.failures.length, 1);
    assert.equal(test.core.counters.fetched, 0);
  });

test("an item of exactly a line's bytes is given", () => {
  const test = new TestCore();
  test.classified.push("é".repeat(8_192));
  assert.equal(test.connect().ask("classified?")[0]?.length, 8_192);
});

for (const name of [
  "notif",
  "stop_notif",
  "post",
  "sources",
  "help",
  "ping",
  "quit",
  "Random",
  "",
  "9",
  "a b",
  "a".repeat(64),
])
  test(`a source cannot be named ${JSON.stringify(name)}`, () => {
    assert.throws(
      () => new TestCore({ sources: { [name]: new MemorySource() } }),
      (error) => error instanceof LineError && error.code === "InvalidArgument",
    );
  });
