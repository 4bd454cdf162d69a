/** Who reads a source that there is none of is told so. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "@doorbell-js/test-support/until";

import { type Client, connect } from "../../../src/line/client/client.ts";
import { MemorySource } from "../../../src/line/server/memory-source.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { bench, fails, settle, Watched } from "../../support/client-mock.ts";

type Call = (client: Client, source: string) => Promise<unknown>;

const calls: Readonly<Record<string, Call>> = {
  items: (client, source) => client.items(source).next(),
  notifications: (client, source) => client.notifications(source).next(),
};

for (const [name, call] of Object.entries(calls)) {
  test(`${name} of a source that the server has not fail with its list; others go on`, async () => {
    await using server = new LineServer({ sources: { random: new MemorySource(), news: new MemorySource() } });
    const { port } = await server.listen({ port: 0 });
    await using client = await connect({ port });
    const news = new Watched(client.items("news").next());
    await assert.rejects(call(client, "misspelt"), {
      code: "Refused",
      message: 'the server has no source "misspelt" here; it has: random news',
    });
    await assert.rejects(call(client, "inbox"), /no key was given: see the option "key"/);
    await client.command("ping");
    assert.deepEqual([news.settled, client.stats().connections], [false, 1]);
  });

  test(`${name} of a source that is gone when the server comes back fail, and the others go on`, async () => {
    const stand = await bench();
    const [gone, stays] = [new Watched(call(stand.client, "gone")), new Watched(call(stand.client, "stays"))];
    await settle();
    assert.deepEqual(stand.wire.heard(), ["sources"], "one question for all");
    assert.deepEqual(await stand.say("random gone stays"), ["notif"]);
    await stand.say("OK");
    assert.deepEqual(await stand.reconnect(), ["sources"]);
    assert.deepEqual(await stand.say("random stays"), ["notif"]);
    assert.deepEqual([gone.error?.code, stays.settled], ["Refused", false]);
    await stand.client.close();
  });

  test(`${name}: a server that does not say what it has is believed to have it; one that is silent fails`, async () => {
    const stand = await bench();
    const read = new Watched(call(stand.client, "news"));
    await settle();
    assert.deepEqual(stand.wire.heard(), ["sources"]);
    assert.deepEqual(await stand.say("error: unknown command"), ["notif"]);
    await stand.say("OK");
    assert.ok(!read.settled);
    await stand.client.close();
    const silent = await bench();
    const waits = new Watched(call(silent.client, "news"));
    await settle();
    silent.clock.advance(10_000);
    await settle();
    assert.equal(waits.error?.code, "TimedOut");
    await silent.client.close();
  });

  test(`${name} of the two that every server has ask nothing`, async () => {
    const stand = await bench();
    void call(stand.client, "random").catch(() => {});
    await settle();
    assert.deepEqual(stand.wire.heard(), ["notif"]);
    await stand.client.close();
  });
}

test("a random source that has no number yet says so, and the connection stays", async () => {
  const random = new MemorySource({ keep: 1, repeat: true });
  await using server = new LineServer({ sources: { random } });
  const { port } = await server.listen({ port: 0 });
  await using client = await connect({ port });
  assert.equal(await client.command("ping"), "pong");
  await assert.rejects(client.random(), { code: "BadAnswer", message: "the server has no random number yet" });
  assert.equal(await client.fetch("random"), "");
  const next = client.items("random").next();
  await until("the mode", () => server.stats().notifying === 1);
  random.push("7");
  assert.deepEqual(await next, { done: false, value: 7 });
  assert.equal(client.stats().connections, 1);
});

test("a reader that gives up does not wait for the list", async () => {
  const stand = await bench();
  const giveUp = new AbortController();
  const read = stand.client.items("news", { signal: giveUp.signal }).next();
  await settle();
  giveUp.abort();
  await fails(read, "Aborted");
  await stand.client.close();
});
