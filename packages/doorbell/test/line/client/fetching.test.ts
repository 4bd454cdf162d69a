import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "../../../src/line/client/client.ts";
import type { ClientOptions } from "../../../src/line/client/connect.ts";
import { Bench, bench, settle, Watched } from "../../support/client-mock.ts";

/** A client that receives, and what it got. */
async function receiving(
  sources: readonly ("random" | "classified")[] = ["random", "classified"],
  type: typeof Client = Client,
): Promise<{ stand: Bench; got: unknown[] }> {
  const got: unknown[] = [];
  const received: ClientOptions["received"] = Object.fromEntries(
    sources.map((source) => [source, (item: unknown) => got.push(item)]),
  );
  const stand = new Bench({ received }, type);
  stand.wire.open();
  assert.deepEqual([await settle(), stand.wire.heard()], [undefined, ["notif"]]);
  return { stand, got };
}

test("fetching: leaves the mode, fetches, and enters it again", async () => {
  const { stand, got } = await receiving();
  assert.deepEqual(await stand.say("OK"), []);
  assert.deepEqual(await stand.say("notif: classified"), ["stop_notif"]);
  assert.deepEqual(await stand.say("OK"), ["classified?"]);
  assert.deepEqual(await stand.say("One"), ["notif"]);
  assert.deepEqual([await stand.say("OK"), got], [[], ["One"]]);
});

test("fetching: as many items as were announced, of random one for all", async () => {
  const { stand, got } = await receiving();
  await stand.say("OK", "notif: classified", "notif: random", "notif: classified", "notif: random");
  assert.deepEqual(await stand.say("OK"), ["random?"]);
  assert.deepEqual(
    [await stand.say("7"), await stand.say("One"), await stand.say("Two")],
    [["classified?"], ["classified?"], ["notif"]],
  );
  assert.deepEqual(got, [7, "One", "Two"]);
});

test("fetching: a notification that crosses stop_notif counts", async () => {
  const { stand, got } = await receiving();
  await stand.say("OK", "notif: classified");
  assert.deepEqual(await stand.say("notif: classified", "OK"), ["classified?"]);
  assert.deepEqual([await stand.say("One"), await stand.say("Two"), got], [["classified?"], ["notif"], ["One", "Two"]]);
});

test("fetching: a source that nobody follows is not fetched", async () => {
  const { stand } = await receiving(["random"]);
  assert.deepEqual(await stand.say("OK", "notif: classified", "notif: network"), []);
});

test("fetching: an announced item that is gone is no item", async () => {
  const { stand, got } = await receiving();
  await stand.say("OK", "notif: classified");
  await stand.say("OK");
  assert.deepEqual([await stand.say(""), got], [["notif"], []]);
});

test("fetching: a source that refuses rests for a second, and others go on", async () => {
  const failed: unknown[] = [];
  class Hearing extends Client {
    override failed(error: unknown): void {
      failed.push((error as { code: string }).code);
    }
  }
  const { stand, got } = await receiving(undefined, Hearing);
  await stand.say("OK", "notif: classified");
  await stand.say("OK");
  assert.deepEqual(await stand.say("error: classified is not available now; try again"), ["notif"]);
  assert.deepEqual(await stand.say("OK", "notif: classified"), [], "announced at once, and not asked at once");
  assert.deepEqual(await stand.say("notif: random"), ["stop_notif"]);
  assert.deepEqual([await stand.say("OK"), await stand.say("7"), await stand.say("OK")], [["random?"], ["notif"], []]);
  await stand.pass(1_000);
  assert.deepEqual(
    [stand.wire.heard(), await stand.say("OK"), await stand.say("One")],
    [["stop_notif"], ["classified?"], ["classified?"]],
  );
  await stand.say("");
  assert.deepEqual([got, failed], [[7, "One"], ["Refused"]]);
  await stand.say("OK", "notif: random");
  await stand.say("OK");
  await stand.say("9007199254740992");
  assert.deepEqual(failed, ["Refused", "BadAnswer"]);
  await stand.client.close();
  assert.equal(stand.clock.pending, 0, "a rest ends with the client");
});

test("fetching: a connection that is lost during a fetch costs one reconnection, and no item", async () => {
  const { stand, got } = await receiving();
  await stand.say("OK", "notif: classified", "notif: classified");
  await stand.say("OK");
  assert.deepEqual(await stand.reconnect(), ["notif"]);
  assert.deepEqual(
    await stand.say("OK", "notif: classified"),
    ["stop_notif"],
    "the new connection is not dropped for the old one's sake",
  );
  await stand.say("OK");
  assert.deepEqual([await stand.say("One"), got], [["notif"], ["One"]]);
  assert.equal(stand.client.stats().connections, 2);
});

test("fetching: after a reconnection, what is given again is not received again, and is read on until that is decided", async () => {
  const { stand, got } = await receiving(["classified"]);
  await stand.say("OK", ...Array.from({ length: 3 }, () => "notif: classified"));
  for (const line of ["OK", "One", "Two", "Three", "OK"]) await stand.say(line);
  assert.deepEqual(await stand.reconnect(), ["notif"]);
  assert.deepEqual(
    [await stand.say("OK", "notif: classified"), await stand.say("OK")],
    [["stop_notif"], ["classified?"]],
  );
  assert.deepEqual(
    [await stand.say("One"), await stand.say("Two"), await stand.say("Three")],
    [["classified?"], ["classified?"], ["notif"]],
  );
  assert.deepEqual(
    [await stand.say("OK", "notif: classified"), await stand.say("OK"), await stand.say("Four")],
    [["stop_notif"], ["classified?"], ["notif"]],
  );
  assert.deepEqual(got, ["One", "Two", "Three", "Four"]);
});

test("fetching: after a reconnection the same number is not received again, an older one's equal is", async () => {
  const { stand, got } = await receiving(["random"]);
  for (const line of ["OK", "notif: random", "OK", "5", "OK", "notif: random", "OK", "7", "OK"]) await stand.say(line);
  for (const number of ["7", "5"]) {
    await stand.reconnect();
    for (const line of ["OK", "notif: random", "OK", number, "OK"]) await stand.say(line);
  }
  assert.deepEqual(got, [5, 7, 5]);
});

test("fetching: what the user fetched is known, and does not come again", async () => {
  const { stand, got } = await receiving(["classified"]);
  await stand.say("OK");
  const asked = stand.client.classified();
  await stand.say("One");
  assert.equal(await asked, "One");
  await stand.reconnect();
  for (const line of ["OK", "notif: classified", "OK", "One", "OK"]) await stand.say(line);
  assert.deepEqual(got, []);
});

test("fetching: an iterator's items are fetched one by one, as it asks for them", async () => {
  const stand = await bench();
  const items = stand.client.items("classified");
  const first = new Watched(items.next());
  await settle();
  await stand.say("OK", "notif: classified", "notif: classified");
  await stand.say("OK");
  assert.deepEqual(await stand.say("One"), ["notif"], "nobody asked for a second");
  await stand.say("OK");
  assert.equal(first.value?.value, "One");
  const second = new Watched(items.next());
  await settle();
  assert.deepEqual(
    [stand.wire.heard(), await stand.say("OK"), await stand.say("Two")],
    [["stop_notif"], ["classified?"], ["notif"]],
  );
  assert.equal(second.value?.value, "Two");
  const left = items.return();
  await stand.say("OK");
  await stand.say("OK");
  await left;
});

test("fetching: in the mode already, a new reader is given what was there before it came", async () => {
  const stand = await bench();
  void stand.client.notify();
  await stand.say("OK", "notif: classified");
  const read = new Watched(stand.client.items("classified").next());
  await settle();
  assert.deepEqual([stand.wire.heard(), await stand.say("OK")], [["stop_notif"], ["classified?"]]);
  await stand.say("One");
  assert.equal(read.value?.value, "One");
});

test("fetching: iterators end with the client; without reconnecting, they fail with the connection", async () => {
  const closing = await bench();
  const ends = new Watched(closing.client.items("classified").next());
  await settle();
  await closing.client.close();
  await settle();
  assert.deepEqual(ends.value, { done: true, value: undefined });
  for (const iterator of [closing.client.items("classified"), closing.client.notifications()])
    assert.deepEqual(
      await iterator.next(),
      { done: true, value: undefined },
      "one that begins after the end has ended",
    );
  const losing = await bench({ reconnect: false });
  const fails = new Watched(losing.client.items("classified").next());
  await losing.say("OK");
  losing.wire.close();
  await settle();
  assert.equal(fails.error?.code, "Disconnected");
});
