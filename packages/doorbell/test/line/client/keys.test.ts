/** A client that has a key: what it sends, what it goes on from, and how it ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { Client } from "../../../src/line/client/client.ts";
import { Bench, bench, fails, settle, Watched } from "../../support/client-mock.ts";

const KEY = "read_secret";
const item = (sequence: number): string => JSON.stringify({ sequence, text: "same" });

/** A client that has a key, is connected and reads its inbox, and what it got. */
async function reading(options: { readonly after?: number } = {}): Promise<{ stand: Bench; got: string[] }> {
  const stand = await bench({ key: KEY, ...options });
  const got: string[] = [];
  void (async () => {
    for await (const each of stand.client.items("inbox")) got.push(each);
  })().catch(() => {});
  await settle();
  assert.deepEqual(stand.wire.heard(), [options.after === undefined ? `key ${KEY}` : `key ${KEY} ${options.after}`]);
  return { stand, got };
}

test("keys: the key goes first, whatever was asked before the connection; who waits for that waits for its answer", async () => {
  const stand = new Bench({ key: KEY, received: { random: () => {} } });
  const asked = new Watched(stand.client.command("ping"));
  const connected = new Watched(stand.client.connected.then(() => "connected"));
  stand.wire.open();
  await settle();
  assert.deepEqual([stand.wire.heard(), connected.settled], [[`key ${KEY}`], false]);
  assert.deepEqual(await stand.say("OK"), ["ping"]);
  assert.equal(connected.value, "connected");
  assert.deepEqual(await stand.say("pong"), ["notif"]);
  assert.equal(asked.value, "pong");
});

test("keys: the next connection goes on after the last item; nothing is compared", async () => {
  const { stand, got } = await reading({ after: 6 });
  assert.deepEqual(await stand.say("OK"), ["sources"]);
  assert.deepEqual(await stand.say("random inbox"), ["notif"]);
  await stand.say("OK", "notif: inbox", "notif: inbox");
  await stand.say("OK");
  await stand.say(item(7));
  await stand.say("OK");
  await stand.say("OK");
  await stand.say(item(8));
  assert.deepEqual(await stand.reconnect(), [`key ${KEY} 8`]);
  assert.deepEqual(await stand.say("OK"), ["sources"]);
  await stand.say("random inbox");
  for (const line of ["OK", "notif: inbox", "OK", item(9), "OK"]) await stand.say(line);
  assert.deepEqual(got, [item(7), item(8), item(9)]);
});

test("keys: an item whose answer was lost is not gone on after; what somebody else on the connection took is", async () => {
  const stand = await bench({ key: KEY });
  await stand.say("OK");
  const first = new Watched(stand.client.fetch("inbox"));
  assert.deepEqual(await stand.say(item(3)), ["inbox?"]);
  assert.equal(first.value, item(3));
  const second = new Watched(stand.client.fetch("inbox"));
  await settle();
  assert.deepEqual(await stand.reconnect(), [`key ${KEY} 3`]);
  assert.equal(second.error?.code, "Disconnected");
});

test("keys: an inbox of which nothing is known is asked once; what comes while nobody is connected is new", async () => {
  const { stand, got } = await reading();
  assert.deepEqual(await stand.say("OK"), ["sources"]);
  await stand.say("random inbox");
  for (const line of ["OK", "OK"]) await stand.say(line);
  await stand.say("");
  assert.deepEqual(await stand.reconnect(), [`key ${KEY} 0`], "it was empty");
  assert.deepEqual(got, []);
});

for (const [why, line] of [
  ["opens nothing", "error: no inbox has that key"],
  ["was the last try", "error: no inbox has that key; there were too many wrong ones"],
  ["is said to a server without inboxes", "error: unknown command"],
])
  test(`keys: a key that ${why} ends the client with Refused`, async () => {
    const { stand } = await reading();
    const items = new Watched(stand.client.items("inbox").next());
    const ping = new Watched(stand.client.command("ping"));
    const lost: unknown[] = [];
    stand.client.connectionLost = (cause, reconnects) => lost.push([cause.code, reconnects]);
    await stand.say(line as string);
    await fails(stand.client.connected, "Refused");
    assert.deepEqual([items.error?.code, ping.error?.code], ["Refused", "Refused"]);
    assert.match(ping.error?.message ?? "", /^the key was refused: the server answered: /);
    await fails(stand.client.random(), "Refused");
    await fails(stand.client.items("inbox").next(), "Refused");
    assert.deepEqual(lost, [["Refused", false]]);
    await stand.pass(600_000);
    assert.equal(stand.net.wires.length, 1, "no other connection is tried");
    assert.equal(stand.clock.pending, 0);
  });

for (const line of [
  "error: the server has as many connections as it may; try again later",
  "error: the server is stopping",
  "error: inbox is not available now; try again",
])
  test(`keys: after "${line}" the key is said on the next connection`, async () => {
    const { stand } = await reading();
    await stand.say(line);
    await fails(stand.client.connected, "Disconnected");
    while (stand.net.wires.length === 1) assert.ok(stand.clock.runNext(60_000), "it dials anew");
    stand.wire.open();
    await settle();
    assert.deepEqual(stand.wire.heard(), [`key ${KEY}`]);
    assert.deepEqual([await stand.say("OK"), await stand.say("OK")], [["notif"], ["sources"]]);
    await stand.client.close();
  });

test("keys: a key that ends is refused on the next connection, and ends the client", async () => {
  const { stand } = await reading();
  await stand.say("OK");
  await stand.say("random inbox");
  await stand.say("error: the key opens no inbox any more: it was renewed, or its inbox was deleted");
  await stand.reconnect();
  const ping = new Watched(stand.client.command("ping"));
  await stand.say("error: no inbox has that key");
  assert.equal(ping.error?.code, "Refused");
});

test("keys: nothing that can be printed has the key, and a command cannot say one", async () => {
  const { stand } = await reading();
  const { client } = stand;
  await fails(client.command(`key ${KEY}`), "InvalidArgument");
  const late = new Watched(client.connected);
  stand.clock.advance(10_000);
  await settle();
  assert.equal(late.error?.code, "TimedOut");
  const shown = inspect([client, late.error, client.stats()], { depth: 12, showHidden: true }) + JSON.stringify(client);
  assert.ok(!shown.includes("secret"), shown);
  await client.close();
  assert.throws(
    () => new Client({ dial: stand.net.dial, clock: stand.clock, random: Math.random }, { key: "a secret" }),
    (error) => !inspect(error).includes("secret"),
  );
});
