import assert from "node:assert/strict";
import { test } from "node:test";

import type { OpenedInbox } from "../../../src/line/server/types.ts";
import { type Client, TestCore, type TestCoreOptions } from "../../support/core.ts";
import { MemoryInboxes } from "../../support/inboxes.ts";

const KEY = "read_right";
const NEEDS = "error: inbox needs a key: key <reading key>";
const WRONG = "error: no inbox has that key";

function keyed(options: TestCoreOptions = {}): { test: TestCore; inboxes: MemoryInboxes } {
  const inboxes = new MemoryInboxes();
  return { test: new TestCore({ openInbox: inboxes.open, ...options }), inboxes };
}

/** Ends the turn, and gives what this client heard of it. */
function hears(test: TestCore, client: Client): string[] {
  test.turn.endTurn();
  return client.heard();
}

test("a right key gives a session one more source, and no other session", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY);
  source.push("one");
  const [mine, other] = [test.connect(), test.connect()];
  assert.deepEqual(mine.ask("sources", "inbox?", "notif inbox"), ["random classified", NEEDS, NEEDS]);
  assert.deepEqual(mine.ask(`key ${KEY}`, "sources", "inbox?", "inbox?"), ["OK", "random classified inbox", "one", ""]);
  assert.deepEqual(other.ask("sources", "inbox?"), ["random classified", NEEDS]);
  source.push("two");
  assert.deepEqual(hears(test, mine), [], "outside the mode");
  assert.deepEqual(mine.ask("notif"), ["OK", "notif: inbox"]);
  assert.deepEqual(other.ask("notif"), ["OK"]);
  source.push("three");
  source.push("four");
  assert.deepEqual(hears(test, mine), ["notif: inbox", "notif: inbox"]);
  assert.deepEqual(hears(test, other), []);
  assert.deepEqual(mine.ask("stop_notif", "inbox?", "inbox?", "inbox?"), ["OK", "two", "three", "four"]);
  source.push("five");
  assert.deepEqual(hears(test, mine), []);
});

test("help says that there are keys, where there are", () => {
  const { test } = keyed();
  assert.deepEqual(test.connect().ask("help"), [
    "random? classified? notif [source ...] stop_notif key <key> [after] sources ping help quit",
  ]);
  assert.doesNotMatch(new TestCore().connect().ask("help").join(), /key/);
});

test("without a number the newest are unread, as many as the inbox says; with one, those after it", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY);
  for (let item = 1; item <= 100; item += 1) source.push(`item ${item}`);
  assert.deepEqual(test.connect().ask(`key ${KEY}`, "inbox?"), ["OK", "item 1"]);
  source.push("item 101");
  const client = test.connect();
  assert.deepEqual(client.ask(`key ${KEY}`, "inbox?"), ["OK", "item 2"]);
  assert.deepEqual(client.ask(`key ${KEY} 99`, "inbox?"), ["OK", "item 100"]);
  assert.deepEqual(client.ask(`key ${KEY} 101`, "inbox?", "notif"), ["OK", "", "OK"]);
  assert.deepEqual(client.ask(`key ${KEY} 500`, "inbox?"), ["OK", ""], "a number that was not reached yet");
});

test("a key said in the mode takes part in it at once, if the mode is about the inbox", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY);
  source.push("one");
  const [all, narrow] = [test.connect(), test.connect()];
  assert.deepEqual(all.ask("notif", `key ${KEY}`), ["OK", "OK", "notif: inbox"]);
  assert.deepEqual(narrow.ask("notif random", `key ${KEY}`), ["OK", "OK"]);
  source.push("two");
  assert.deepEqual([hears(test, all), narrow.heard()], [["notif: inbox"], []]);
  assert.deepEqual(narrow.ask("notif inbox"), ["OK", "notif: inbox"]);
  source.push("three");
  test.random.push("1");
  assert.deepEqual(hears(test, narrow), ["notif: inbox"]);
});

test("a second key takes the place of the first; a wrong one takes the place of none", () => {
  const { test, inboxes } = keyed();
  const [first, second] = [inboxes.add(KEY), inboxes.add("read_second")];
  first.push("first");
  second.push("second");
  const client = test.connect();
  assert.deepEqual(client.ask("notif", `key ${KEY}`), ["OK", "OK", "notif: inbox"]);
  assert.deepEqual(client.ask("key read_wrong", "inbox?", "sources"), [WRONG, "first", "random classified inbox"]);
  assert.deepEqual(client.ask("key read_second", "inbox?"), ["OK", "notif: inbox", "second"]);
  assert.deepEqual([inboxes.opened, inboxes.subscribed], [1, 1]);
  first.push("first again");
  assert.deepEqual(hears(test, client), []);
  second.push("second again");
  assert.deepEqual(hears(test, client), ["notif: inbox"]);
});

test("a client that does not read is told once of what came meanwhile", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY);
  const client = test.connect();
  client.ask(`key ${KEY}`, "notif");
  client.carrier.block(1);
  for (const item of ["one", "two", "three"]) {
    source.push(item);
    test.turn.endTurn();
  }
  assert.deepEqual(client.heard(), ["notif: inbox"]);
  client.carrier.read();
  assert.deepEqual(client.heard(), ["notif: inbox"]);
});

for (const unread of [0, 1])
  test(`of an inbox that another took the place of, a client that did not read is told nothing; of the other ${unread}`, async () => {
    const { inboxes } = keyed();
    const [first, second] = [inboxes.add(KEY), inboxes.add("read_second")];
    let open: () => void = () => {};
    const { test } = keyed({
      openInbox: (key) =>
        key === KEY ? inboxes.open(key) : new Promise((resolve) => (open = (): void => resolve(inboxes.open(key)))),
    });
    if (unread > 0) second.push("second");
    const client = test.connect();
    client.ask(`key ${KEY}`, "notif", "key read_second");
    client.carrier.block(1);
    for (const item of ["one", "two"]) {
      first.push(item);
      test.turn.endTurn();
    }
    assert.deepEqual(client.heard(), ["notif: inbox"]);
    open();
    await Promise.resolve();
    client.carrier.read();
    assert.deepEqual(client.heard().toSorted(), ["OK", ...Array<string>(unread).fill("notif: inbox")]);
    assert.deepEqual(client.ask("inbox?", "inbox?"), unread > 0 ? ["second", ""] : ["", ""]);
  });

test("five wrong keys close the session, four do not; a line without a key is no try", () => {
  const { test, inboxes } = keyed();
  inboxes.add(KEY);
  const four = Array.from({ length: 4 }, (_, n) => `key read_wrong${n}`);
  const client = test.connect();
  assert.deepEqual(client.ask(...four, "ping"), [WRONG, WRONG, WRONG, WRONG, "pong"]);
  for (const line of ["key", "key a b c"]) assert.match(client.ask(line).join(), /^error: say it as: key <key>/);
  assert.deepEqual(client.ask(`key ${KEY}`, "sources"), ["OK", "random classified inbox"]);
  assert.deepEqual(client.ask("key read_wrong", "ping"), [`${WRONG}; there were too many wrong ones`]);
  assert.ok(client.carrier.ended);
  assert.equal(inboxes.opened, 0, "the inbox is let go of as the last line is said");
  client.carrier.close();
  assert.deepEqual(test.reasons, ["wrongKeys"]);
});

test("many sessions of one inbox are told in bytes that were encoded once; each key is subscribed to by itself", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY);
  const clients = Array.from({ length: 3 }, () => test.connect());
  const written: unknown[] = [];
  for (const client of clients) {
    client.ask(`key ${KEY}`, "notif");
    const { write } = client.carrier;
    client.carrier.write = (bytes) => {
      written.push(bytes);
      return write.call(client.carrier, bytes);
    };
  }
  source.push("one");
  test.turn.endTurn();
  assert.deepEqual([new Set(written).size, written.length], [1, 3]);
  assert.deepEqual([inboxes.subscribed, test.core.inboxes?.size], [3, 1]);
  for (const client of clients) client.carrier.close();
  assert.deepEqual([inboxes.subscribed, inboxes.opened, test.core.inboxes?.size], [0, 0, 0]);
});

test("a session that comes to an inbox learns of an item before the others' bell has rung: they are told all the same", () => {
  const rings: ((newest: number) => void)[] = [];
  let newest = 0;
  const openInbox = (): OpenedInbox => ({
    id: "one",
    fetch: (after) => ({ text: after < newest ? "item" : "", sequence: newest }),
    subscribe(ring) {
      rings.push(ring);
      return { newest, [Symbol.dispose]: () => {} };
    },
    [Symbol.dispose]: () => {},
  });
  const { test } = keyed({ openInbox });
  const [first, second] = [test.connect(), test.connect()];
  first.ask("key a", "notif");
  newest = 1;
  second.ask("key a");
  for (const ring of rings) ring(1);
  assert.deepEqual(hears(test, first), ["notif: inbox"]);
});

test("a server that stops tells what rang, lets go, and takes no more", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY);
  const client = test.connect();
  client.ask(`key ${KEY}`, "notif");
  source.push("one");
  test.core.stop();
  assert.deepEqual(client.heard(), ["notif: inbox", "error: the server is stopping"]);
  assert.deepEqual([inboxes.opened, inboxes.subscribed], [0, 0]);
});

test("a server without inboxes has no such command, and may have a source of that name; beside them it may not", () => {
  const { classified } = new TestCore();
  const plain = new TestCore({ sources: { inbox: classified } });
  classified.push("public");
  assert.deepEqual(plain.connect().ask("key a", "inbox?", "key"), [
    "error: unknown command",
    "public",
    "error: unknown command",
  ]);
  const silent = new TestCore({ compat: "silent" });
  assert.deepEqual(silent.connect().ask("key a", "inbox?", "key", "ping"), ["pong"]);
  assert.throws(() => keyed({ sources: { inbox: classified } }), { code: "InvalidArgument" });
  assert.throws(() => keyed({ sources: { key: classified } }), { code: "InvalidArgument" });
});
