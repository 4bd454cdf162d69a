/** An AbortSignal on every call: given up before, while queued, and while its command is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Client } from "../../../src/line/client/client.ts";
import type { CallOptions } from "../../../src/line/client/link.ts";
import { Bench, bench, fails, settle, Watched } from "../../support/client-mock.ts";

/** Each call that sends one command, and the answer that it takes. */
const calls: Readonly<
  Record<string, { call: (client: Client, options: CallOptions) => Promise<unknown>; line: string; answer: string }>
> = {
  random: { call: (client, options) => client.random(options), line: "random?", answer: "1" },
  classified: { call: (client, options) => client.classified(options), line: "classified?", answer: "late" },
  fetch: { call: (client, options) => client.fetch("network", options), line: "network?", answer: "late" },
  post: { call: (client, options) => client.post("an ad", options), line: "post an ad", answer: "OK" },
  command: { call: (client, options) => client.command("ping", options), line: "ping", answer: "pong" },
  notify: { call: (client, options) => client.notify(options), line: "notif", answer: "OK" },
  stopNotify: { call: (client, options) => client.stopNotify(options), line: "stop_notif", answer: "OK" },
};

for (const [name, { call, line, answer }] of Object.entries(calls)) {
  test(`abort: ${name}, before: it is not sent`, async () => {
    const { client, wire } = await bench();
    await fails(call(client, { signal: AbortSignal.abort("why") }), "Aborted");
    assert.deepEqual(wire.heard(), []);
  });

  test(`abort: ${name}, while queued: it is not sent`, async () => {
    const { client, wire, clock } = await bench();
    const controller = new AbortController();
    const first = client.random();
    const given = call(client, { signal: controller.signal });
    const last = client.random();
    controller.abort();
    await fails(given, "Aborted");
    wire.say("1");
    wire.say("2");
    assert.deepEqual([wire.heard(), await first, await last, clock.pending], [["random?", "random?"], 1, 2, 0]);
  });

  test(`abort: ${name}, while sent: its late answer is not the next call's`, async () => {
    const { client, wire } = await bench();
    const controller = new AbortController();
    const given = call(client, { signal: controller.signal });
    const next = new Watched(client.command("help"));
    controller.abort();
    await fails(given, "Aborted");
    assert.deepEqual(wire.heard(), [line]);
    wire.say(answer);
    await settle();
    assert.deepEqual([wire.heard(), next.settled], [["help"], false]);
    wire.say("its own");
    await settle();
    assert.equal(next.value, "its own");
  });

  test(`abort: ${name}, after its answer: nothing`, async () => {
    const { client, wire } = await bench();
    const controller = new AbortController();
    const answered = call(client, { signal: controller.signal });
    wire.say(answer);
    await answered;
    controller.abort();
    assert.deepEqual([wire.heard(), wire.destroyed], [[line], false]);
  });
}

test("abort: a command that was sent and given up still has its deadline", async () => {
  const { client, wire, clock } = await bench();
  const controller = new AbortController();
  const given = client.random({ signal: controller.signal });
  controller.abort();
  await fails(given, "Aborted");
  clock.advance(10_000);
  await settle();
  assert.equal(wire.closed, true);
});

test("abort: waitNotif, before and while it waits, takes no notification with it", async () => {
  const { client, wire } = await bench();
  const controller = new AbortController();
  await fails(client.waitNotif({ signal: AbortSignal.abort() }), "Aborted");
  const given = client.waitNotif({ signal: controller.signal });
  controller.abort();
  await fails(given, "Aborted");
  wire.say("notif: random");
  assert.deepEqual(await client.waitNotif(), { source: "random" });
});

test("abort: iterators, before they begin and while they wait; others go on", async () => {
  const stand = await bench({ received: { classified: () => {} } });
  for (const iterate of [
    (options: CallOptions) => stand.client.notifications("random", options),
    (options: CallOptions) => stand.client.items("random", options),
  ]) {
    await fails(iterate({ signal: AbortSignal.abort() }).next(), "Aborted");
    const controller = new AbortController();
    const waiting = iterate({ signal: controller.signal }).next();
    await settle();
    controller.abort();
    await fails(waiting, "Aborted");
  }
  await stand.client.close();
});

test("abort: an item that was on its way to a reader who gave up is the next reader's", async () => {
  const stand = await bench();
  const controller = new AbortController();
  const given = stand.client.items("classified", { signal: controller.signal }).next();
  await settle();
  await stand.say("OK", "notif: classified");
  await stand.say("OK");
  controller.abort();
  await fails(given, "Aborted");
  await stand.say("An ad");
  const next = new Watched(stand.client.items("classified").next());
  await settle();
  for (let n = 0; n < 4; n++) await stand.say("OK");
  assert.deepEqual(next.value, { done: false, value: "An ad" });
});

test("abort: a signal that outlives its calls keeps none of them", async () => {
  const { client, wire } = await bench();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
  const calls = [client.random({ signal }), client.waitNotif({ signal })];
  assert.equal(listeners, 2);
  wire.say("1", "notif: random");
  await Promise.all(calls);
  assert.equal(listeners, 0);
});

test("abort: Bench without a connection: a call that waits for one is given up", async () => {
  const { client, net } = new Bench();
  const controller = new AbortController();
  const given = client.random({ signal: controller.signal });
  controller.abort();
  await fails(given, "Aborted");
  assert.deepEqual(net.last.open().heard(), []);
});

test("abort: an item whose call was given up is known, and goes to those who follow its source", async () => {
  const got: string[] = [];
  const stand = await bench({ received: { classified: (ad) => void got.push(ad) } });
  await stand.say("OK");
  const controller = new AbortController();
  const given = stand.client.classified({ signal: controller.signal });
  controller.abort();
  await fails(given, "Aborted");
  await stand.say("One");
  assert.deepEqual(got, ["One"]);
  await stand.reconnect();
  for (const line of ["OK", "notif: classified", "OK", "One", "OK"]) await stand.say(line);
  assert.deepEqual(got, ["One"], "and not again on the next connection");
});
