import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import type { OpenedInbox } from "../../../src/line/server/types.ts";
import { TestCore, type TestCoreOptions } from "../../support/core.ts";
import { MemoryInboxes } from "../../support/inboxes.ts";

const KEY = "read_right";
const NEEDS = "error: inbox needs a key: key <reading key>";
const WRONG = "error: no inbox has that key";

function keyed(options: TestCoreOptions = {}): { test: TestCore; inboxes: MemoryInboxes } {
  const inboxes = new MemoryInboxes();
  return { test: new TestCore({ openInbox: inboxes.open, ...options }), inboxes };
}

test("a key that ends closes the sessions that said it, after what they asked, and no others", () => {
  const { test, inboxes } = keyed();
  const source = inboxes.add(KEY, "owner_all");
  const [reader, owner] = [test.connect(), test.connect()];
  reader.ask(`key ${KEY}`, "notif");
  owner.ask("key owner_all", "notif");
  inboxes.end(KEY);
  assert.match(reader.heard().join("|"), /^error: the key opens no inbox any more: /);
  assert.ok(reader.carrier.ended);
  source.push("one");
  test.turn.endTurn();
  assert.deepEqual([reader.heard(), owner.heard()], [[], ["notif: inbox"]]);
  reader.carrier.close();
  assert.deepEqual(test.reasons, ["keyEnded"]);
  assert.deepEqual([inboxes.opened, inboxes.subscribed, test.core.inboxes?.size], [1, 1, 1]);
});

test("the last line says why the key ended, if whoever ended it does", () => {
  for (const [why, said] of [
    ["renewed", "it was renewed"],
    ["deleted", "its inbox was deleted"],
    [undefined, "it was renewed, or its inbox was deleted"],
  ] as const) {
    const { test, inboxes } = keyed();
    inboxes.add(KEY);
    const client = test.connect();
    client.ask(`key ${KEY}`);
    inboxes.end(KEY, why);
    assert.deepEqual(client.heard(), [`error: the key opens no inbox any more: ${said}`]);
  }
});

test("the last line tells a client that has said its end of a key's end, and a server that stops says that it stops", async () => {
  for (const isStopped of [false, true]) {
    let posted = (): void => {};
    const post = (): Promise<void> => new Promise((resolve) => (posted = resolve));
    const { test, inboxes } = keyed({ post });
    inboxes.add(KEY);
    const client = test.connect();
    assert.deepEqual(client.ask(`key ${KEY}`, "post an ad"), ["OK"]);
    if (isStopped) test.core.stop();
    else client.session.inputEnded();
    inboxes.end(KEY);
    posted();
    await new Promise(setImmediate);
    const [answer, last, ...more] = client.heard();
    assert.deepEqual([answer, more, client.carrier.ended], ["OK", [], true]);
    assert.match(last ?? "", isStopped ? /^error: .*stopping/ : /^error: the key opens no inbox any more/);
  }
});

test("an inbox that ends as it is opened was opened by no key", () => {
  let disposals = 0;
  const openInbox = (): OpenedInbox => ({
    fetch: () => ({ text: "secret", sequence: 1 }),
    subscribe(_, ended) {
      ended();
      return { newest: 1, [Symbol.dispose]: () => (disposals += 1) };
    },
    [Symbol.dispose]: () => (disposals += 1),
  });
  const { test } = keyed({ openInbox });
  assert.deepEqual(test.connect().ask("key a", "inbox?"), [WRONG, NEEDS]);
  assert.deepEqual([disposals, test.core.inboxes?.size], [2, 0]);
});

test("what is asked behind a key waits for it; a key that takes too long is given up, and what it opened disposed of", async () => {
  const { inboxes } = keyed();
  inboxes.add(KEY).push("one");
  const waiting: (() => void)[] = [];
  const { test } = keyed({
    openInbox: (key) => new Promise((resolve) => waiting.push(() => resolve(inboxes.open(key)))),
  });
  const client = test.connect();
  assert.deepEqual(client.ask(`key ${KEY}`, "inbox?"), []);
  waiting.shift()?.();
  await Promise.resolve();
  assert.deepEqual(client.heard(), ["OK", "one"]);
  client.say(`key ${KEY}`, "ping");
  test.clock.advance(10_000);
  assert.deepEqual(client.heard(), [
    "error: no answer in time: it is not known whether it was done; try again",
    "pong",
  ]);
  waiting.shift()?.();
  await Promise.resolve();
  assert.equal(inboxes.opened, 1, "that of the first key");
  client.say(`key ${KEY}`);
  client.carrier.close();
  waiting.shift()?.();
  await Promise.resolve();
  assert.deepEqual([inboxes.opened, inboxes.subscribed, test.core.inboxes?.size], [0, 0, 0]);
  assert.equal(test.clock.pending, 0);
});

test("an opener that throws or rejects, or an inbox that cannot be subscribed to, is not available, and that is no wrong key", async () => {
  let how: () => Promise<undefined> | OpenedInbox = () => assert.fail("broken");
  const { test } = keyed({ openInbox: () => how(), limits: { wrongKeysMax: 1 } });
  const client = test.connect();
  const refusal = "error: inbox is not available now; try again";
  assert.deepEqual(client.ask("key secret_1"), [refusal]);
  how = () => Promise.reject(new Error("broken"));
  client.say("key secret_2");
  await new Promise(setImmediate);
  assert.deepEqual(client.heard(), [refusal]);
  let disposed = false;
  how = () => ({
    fetch: () => assert.fail("nobody asked"),
    subscribe: () => assert.fail("broken"),
    [Symbol.dispose]: () => void (disposed = true),
  });
  assert.deepEqual(client.ask("key secret_3", "ping"), [refusal, "pong"]);
  assert.ok(disposed);
  assert.equal(test.failures.length, 3);
  assert.doesNotMatch(inspect([test.failures, test.core, client.session], { depth: 9, showHidden: true }), /secret_/);
});
