import assert from "node:assert/strict";
import { test } from "node:test";

import { bench, fails, settle, Watched } from "../../support/client-mock.ts";

const REARM_MS = 29 * 60_000;

test("mode: entered, armed, left and entered again before the server's limit, for ever", async () => {
  const { client, wire, clock } = await bench();
  const entered = client.notify();
  wire.say("OK");
  await entered;
  wire.heard();
  for (let times = 0; times < 100; times++) {
    clock.advance(REARM_MS - 1);
    assert.deepEqual(wire.heard(), []);
    clock.advance(1);
    assert.deepEqual(wire.heard(), ["stop_notif", "notif"], "in one write");
    wire.say("OK");
    wire.say("OK");
    await settle();
    assert.deepEqual(wire.heard(), []);
    assert.equal(clock.pending, 1, "one timer, and no more");
  }
  await client.close();
  assert.equal(clock.pending, 0);
});

test("mode: stopped, it is not armed any more", async () => {
  const stand = await bench();
  const calls = [stand.client.notify(), stand.client.stopNotify()];
  assert.deepEqual(stand.wire.heard(), ["notif"]);
  assert.deepEqual([await stand.say("OK"), await stand.say("OK")], [["stop_notif"], []]);
  await Promise.all(calls);
  await stand.pass(3 * REARM_MS);
  assert.deepEqual(stand.wire.heard(), []);
});

test("mode: pauses nest, and the mode is entered again by the last", async () => {
  const stand = await bench();
  void stand.client.notify();
  await stand.say("OK");
  const pauses = [stand.client.pauseNotifications(), stand.client.pauseNotifications()];
  await settle();
  assert.deepEqual([stand.wire.heard(), await stand.say("OK")], [["stop_notif"], []]);
  const [one, other] = await Promise.all(pauses);
  await stand.pass(REARM_MS * 2);
  assert.deepEqual(stand.wire.heard(), [], "a pause is not ended by the timer");
  await one?.[Symbol.asyncDispose]();
  await one?.[Symbol.asyncDispose]();
  assert.deepEqual(stand.wire.heard(), [], "twice is once");
  const resumed = other?.[Symbol.asyncDispose]();
  assert.deepEqual(stand.wire.heard(), ["notif"]);
  stand.wire.say("OK");
  await resumed;
  await stand.pass(REARM_MS);
  assert.deepEqual(stand.wire.heard(), ["stop_notif", "notif"], "armed again");
});

test("mode: a pause outside it asks nothing; one in a lost connection keeps the next one outside", async () => {
  const stand = await bench();
  const idle = await stand.client.pauseNotifications();
  await idle[Symbol.asyncDispose]();
  assert.deepEqual(stand.wire.heard(), []);
  void stand.client.notify();
  await stand.say("OK");
  const pausing = stand.client.pauseNotifications();
  await stand.say("OK");
  const paused = await pausing;
  assert.deepEqual(await stand.reconnect(), []);
  const resumed = paused[Symbol.asyncDispose]();
  assert.deepEqual(stand.wire.heard(), ["notif"]);
  stand.wire.say("OK");
  await resumed;
});

for (const moment of ["before", "while queued", "while sent"] as const)
  test(`mode: a pause that is given up ${moment} leaves the mode entered and armed`, async () => {
    const stand = await bench();
    void stand.client.notify();
    await stand.say("OK");
    const blocking = moment === "while queued" ? new Watched(stand.client.random()) : undefined;
    stand.wire.heard();
    const controller = new AbortController();
    if (moment === "before") controller.abort();
    const pause = stand.client.pauseNotifications({ signal: controller.signal });
    const other = moment === "while sent" ? new Watched(stand.client.random()) : undefined;
    controller.abort();
    await fails(pause, "Aborted");
    if (blocking !== undefined) await stand.say("7");
    for (let n = 0; n < 2; n++) await stand.say(...(n === 1 && other !== undefined ? ["8"] : ["OK"]));
    await stand.say("OK");
    if (other !== undefined) assert.equal(other.value, 8, "no late OK for the next call");
    await stand.pass(REARM_MS);
    assert.deepEqual(stand.wire.heard(), ["stop_notif", "notif"], "the timer is armed: the mode is entered");
  });

test("mode: one pause that is given up does not end another", async () => {
  const stand = await bench();
  void stand.client.notify();
  await stand.say("OK");
  const controller = new AbortController();
  const [given, kept] = [
    stand.client.pauseNotifications({ signal: controller.signal }),
    new Watched(stand.client.pauseNotifications()),
  ];
  controller.abort();
  await fails(given, "Aborted");
  assert.deepEqual(await stand.say("OK"), ["stop_notif"], "one stop_notif, and no notif after it");
  assert.ok(kept.value !== undefined, "the other pause holds");
});

test("mode: what the server refuses is not wanted any more", async () => {
  const stand = await bench();
  const refused = stand.client.notify({ sources: ["nosuch"] });
  stand.wire.say('error: there is no source "nosuch"');
  await fails(refused, "Refused");
  stand.wire.heard();
  assert.deepEqual(await stand.reconnect(), [], "the next connection does not ask for it");
});

test("mode: what was wanted before a refusal is wanted after it", async () => {
  const stand = await bench();
  void stand.client.notify({ sources: ["random"] });
  await stand.say("OK");
  const refused = stand.client.notify({ sources: ["nosuch"] });
  stand.wire.say('error: there is no source "nosuch"');
  await fails(refused, "Refused");
  stand.wire.heard();
  assert.deepEqual(await stand.reconnect(), ["notif random"]);
});

test("mode: a server that refuses to switch by itself is connected to anew", async () => {
  const stand = await bench();
  void stand.client.notify();
  await stand.say("OK");
  await stand.pass(REARM_MS);
  await stand.say("error: unknown command");
  assert.equal(stand.wire.destroyed, true);
});

test("mode: stopNotify while paused waits until the mode is left", async () => {
  const stand = await bench();
  void stand.client.notify();
  await stand.say("OK");
  void stand.client.pauseNotifications();
  const stopped = new Watched(stand.client.stopNotify().then(() => "stopped"));
  await settle();
  assert.equal(stopped.value, undefined);
  await stand.say("OK");
  assert.equal(stopped.value, "stopped");
});

test("mode: a reader who gives up takes it from no other reader", async () => {
  const stand = await bench();
  const controller = new AbortController();
  const blocking = new Watched(stand.client.random());
  const given = stand.client.items("classified", { signal: controller.signal }).next();
  const kept = new Watched(stand.client.items("classified").next());
  controller.abort();
  await fails(given, "Aborted");
  assert.deepEqual(stand.wire.heard(), ["random?"]);
  assert.deepEqual(await stand.say("5"), ["notif"], "the one who stays needs it");
  assert.equal(blocking.value, 5);
  assert.deepEqual(await stand.say("OK", "notif: classified"), ["stop_notif"]);
  assert.deepEqual(await stand.say("OK"), ["classified?"]);
  await stand.say("An ad");
  assert.equal(kept.value?.value, "An ad");
});

test("mode: a reader of a source that is not covered widens it", async () => {
  const stand = await bench();
  void stand.client.notify({ sources: ["random"] });
  await stand.say("OK");
  stand.wire.heard();
  for (const [source, line] of [
    ["classified", "notif random classified"],
    ["random", undefined],
    [undefined, "notif"],
  ] as const) {
    void stand.client.notifications(source).next();
    await settle();
    assert.deepEqual(stand.wire.heard(), line === undefined ? [] : [line]);
    if (line !== undefined) await stand.say("OK");
  }
});

test("mode: the last reader to go leaves it, unless it was entered for its own sake", async () => {
  for (const kept of [false, true]) {
    const stand = await bench();
    if (kept) void stand.client.notify();
    if (kept) await stand.say("OK");
    const readers = [stand.client.notifications(), stand.client.notifications("random")];
    const reads = Promise.all(readers.map((reader) => reader.next()));
    await settle();
    await stand.say("OK", "notif: random");
    await reads;
    stand.wire.heard();
    await readers[0]?.return();
    assert.deepEqual(stand.wire.heard(), []);
    const left = readers[1]?.return();
    await settle();
    assert.deepEqual(stand.wire.heard(), kept ? [] : ["stop_notif"]);
    if (!kept) await stand.say("OK");
    await left;
  }
});

test("mode: a reader lives through a connection that is lost as it enters", async () => {
  const stand = await bench();
  const read = new Watched(stand.client.notifications().next());
  await settle();
  stand.wire.heard();
  assert.deepEqual(await stand.reconnect(), ["notif"]);
  await stand.say("OK", "notif: random");
  assert.deepEqual(read.value, { done: false, value: { source: "random" } });
});

test("mode: after a notify that was given up while sent, a fetch still leaves the mode that the server is in", async () => {
  const got: string[] = [];
  const stand = await bench({ received: { classified: (ad) => void got.push(ad) } });
  await stand.say("OK");
  void stand.client.stopNotify();
  await stand.say("OK");
  const controller = new AbortController();
  const given = stand.client.notify({ signal: controller.signal });
  controller.abort();
  await fails(given, "Aborted");
  stand.wire.heard();
  assert.deepEqual(await stand.say("OK", "notif: classified"), ["stop_notif"]);
  assert.deepEqual([await stand.say("OK"), await stand.say("One"), got], [["classified?"], [], ["One"]]);
  void stand.client.notify();
  await settle();
  assert.deepEqual(stand.wire.heard(), ["notif"], "which announces what was left");
});

test("mode: a notify that was queued at a cut, and is sent within a pause on the next connection, is undone at its end", async () => {
  const stand = await bench({ received: { classified: () => {} } });
  await stand.say("OK");
  const sent = new Watched(stand.client.random());
  void stand.client.notify();
  await stand.say("notif: classified");
  assert.deepEqual(await stand.reconnect(), ["notif"], "the user's own, although a fetch has begun");
  assert.equal(sent.error?.code, "Disconnected");
  assert.deepEqual(await stand.say("OK", "notif: classified"), ["classified?"]);
  assert.deepEqual([await stand.say("One"), await stand.say("")], [["classified?"], ["stop_notif"]]);
  assert.deepEqual(await stand.say("OK"), ["notif"], "so that all that is left is announced");
});
