/** The client against a server in Twisted, written from the how-to's text: each step of the client, one test. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { twistedMissing } from "@doorbell-js/test-support/needs";
import { until, within } from "@doorbell-js/test-support/until";

import { Client, connect, HigherLevelClient } from "../../../src/line/client/client.ts";
import type { ClientOptions } from "../../../src/line/client/connect.ts";
import { HowtoServer } from "../../support/client-howto-server.ts";

const needs = { skip: twistedMissing };

function connectTo(server: HowtoServer, options: ClientOptions = {}): Promise<Client> {
  return connect({ port: server.port, backoffMs: 1, ...options });
}

test("step 1: a command gets its answer", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  server.ad("Nice appart in the 11e.");
  server.random(456902234);
  await until("the number", async () => (await client.random()) === 456902234);
  assert.equal(await client.classified(), "Nice appart in the 11e.");
  assert.equal(await client.classified(), "");
  await assert.rejects(client.command("ping"), { code: "Refused", message: /unknown command/ });
  assert.equal(await client.random(), 456902234, "the refusal was that call's alone");
  assert.equal(client.stats().connections, 1);
});

test("step 2: two notifications in a row are both seen", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  assert.equal(await client.random(), 4);
  await client.notify();
  server.random(34);
  server.random(43);
  assert.deepEqual(await client.waitNotif(), { source: "random" });
  assert.deepEqual(await client.waitNotif(), { source: "random" });
  await client.stopNotify();
  // What the server tells of itself comes by a way of its own.
  await server.seen("S: OK", 2);
  assert.deepEqual(
    server.transcript,
    ["C: random?", "S: 4", "C: notif", "S: OK", "S: notif: random", "S: notif: random", "C: stop_notif", "S: OK"].map(
      (line) => `1 ${line}`,
    ),
  );
});

test("step 2: notifications in the segment of the OK are seen", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  await server.hold();
  const notified = client.notify();
  await server.seen("C: notif");
  server.say("OK", "notif: random", "notif: classified");
  await within("the answer to notif", notified);
  assert.deepEqual(await client.waitNotif(), { source: "random" });
  assert.deepEqual(await client.waitNotif(), { source: "classified" });
});

test("step 3: stop, fetch and notify again, for ever", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  const numbers: number[] = [];
  const looping = (async () => {
    for await (const _ of client.notifications("random")) {
      await using paused = await client.pauseNotifications();
      void paused;
      if (numbers.push(await client.random()) === 5) break;
    }
  })();
  for (let number = 1; number <= 5; number += 1) {
    await server.seen("S: OK", 2 * number - 1);
    server.random(number);
    await until(`number ${number}`, () => numbers.length === number);
  }
  await within("the end of the loop", looping);
  assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
  const round = ["S: notif: random", "C: stop_notif", "S: OK", "C: random?"];
  assert.deepEqual(
    server.transcript.slice(0, 6),
    ["C: notif", "S: OK", ...round].map((line) => `1 ${line}`),
  );
});

test("step 4: what nobody asked for is ignored and counted, a burst is answered in order", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  server.say("hello", "17", "OK", "notif:random", "notif:");
  await until("five ignored lines", () => client.stats().ignored === 5);
  server.ad("first");
  server.ad("second");
  // Told last, so the ads are there once the number is.
  server.random(8);
  await until("the number", async () => (await client.random()) === 8);
  const burst = [
    client.random(),
    client.classified(),
    client.classified(),
    client.notify(),
    client.stopNotify(),
    client.random(),
  ];
  assert.deepEqual(await Promise.all(burst), [8, "first", "second", "OK", "OK", 8]);
  await using hasty = await connectTo(server, { burst: "refuse" });
  const first = hasty.random();
  await assert.rejects(hasty.random(), { code: "Busy" });
  assert.equal(await first, 8);
  assert.equal(client.stats().connections, 1);
});

test("step 4: a notification that crosses stop_notif is delivered, and the OK finds its command", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  await client.notify();
  await server.hold();
  const stopped = client.stopNotify();
  await server.seen("C: stop_notif");
  server.random(9);
  server.release();
  await within("the OK", stopped);
  await server.seen("S: OK", 2);
  assert.deepEqual(server.transcript.slice(-3), ["1 C: stop_notif", "1 S: notif: random", "1 S: OK"]);
  assert.deepEqual(await client.waitNotif(), { source: "random" });
  assert.equal(client.stats().ignored, 0);
});

test(
  "step 5: a handler for each source; one that throws breaks nothing, and what has none is ignored",
  needs,
  async () => {
    await using server = await HowtoServer.start();
    const seen: string[] = [];
    const failures: unknown[] = [];
    class Dispatching extends Client {
      override randomAvailable(): void {
        seen.push("random");
        throw new Error("a handler that throws");
      }
      override failed(error: unknown): void {
        failures.push(error);
      }
    }
    const options = {
      port: server.port,
      available: { classified: () => void seen.push("classified"), random: () => void seen.push("by option") },
    };
    await using client = await Dispatching.connect(options);
    await client.notify();
    server.random(1);
    server.say("notif: network");
    server.ad("an ad");
    await until("both notifications", () => seen.includes("classified"));
    assert.deepEqual(seen, ["random", "by option", "classified"]);
    assert.equal(failures.length, 1);
    assert.equal(client.stats().notifications, 3);
    await client.stopNotify();
    assert.equal(await client.random(), 1);
  },
);

test("step 6: items arrive, and their receiver learns of no mode", needs, async () => {
  await using server = await HowtoServer.start({ announces: true });
  const numbers: number[] = [];
  const ads: string[] = [];
  class Higher extends HigherLevelClient {
    override randomReceived(value: number): void {
      numbers.push(value);
    }
    override classifiedReceived(ad: string): void {
      ads.push(ad);
    }
  }
  await using client = await Higher.connect({ port: server.port });
  await server.seen("S: OK");
  // One after the other, and then many while the mode is switched.
  for (const number of [34, 43]) {
    server.random(number);
    await until(`the number ${number}`, () => numbers.at(-1) === number);
  }
  const posted = Array.from({ length: 50 }, (_, index) => `ad ${index}`);
  for (const ad of posted) server.ad(ad);
  await until("all ads", () => ads.length >= posted.length);
  assert.deepEqual(ads, posted, "none missed, none repeated, in order");
  assert.deepEqual(numbers, [34, 43]);
  assert.equal(client.stats().connections, 1);
});

test("step 6: a connection that is lost repeats nothing and misses nothing", needs, async () => {
  await using server = await HowtoServer.start({ announces: true });
  await using client = await connectTo(server);
  const ads: string[] = [];
  const reading = (async () => {
    for await (const ad of client.items("classified")) if (ads.push(ad) === 20) break;
  })();
  for (let index = 0; index < 20; index += 1) {
    await server.seen("S: OK");
    server.ad(`ad ${index}`);
    if (index % 7 === 3) {
      const connections = client.stats().connections;
      server.drop();
      await until("another connection", () => client.stats().connections > connections);
    }
  }
  await within("all ads", reading);
  assert.deepEqual(
    ads,
    Array.from({ length: 20 }, (_, index) => `ad ${index}`),
  );
});

test("step 7: the idle limit never takes effect, and what waits is not disturbed", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server, { rearmMs: 50 });
  await client.notify();
  const pending = client.waitNotif();
  // Nearly the server's limit, and then the client's timer, again and again.
  for (let times = 0; times < 20; times += 1) {
    await server.later(29);
    await server.seen("C: notif", server.count("C: notif") + 1);
  }
  assert.equal(server.count("idle"), 0);
  assert.equal(client.stats().notifications, 0);
  // Crosses a switch or not; when it does not, it was announced. Without the mode it would not be.
  while (client.stats().notifications === 0) {
    const switches = server.count("C: notif");
    server.random(77);
    await server.seen("C: notif", switches + 1);
  }
  assert.deepEqual(await within("the pending notification", pending), { source: "random" });
  assert.equal(client.stats().connections, 1);
});

test("step 7: without the client's timer the idle limit does take effect", needs, async () => {
  await using server = await HowtoServer.start();
  await using client = await connectTo(server);
  await client.notify();
  await server.later(30);
  await server.seen("idle");
  await client.stopNotify();
  assert.equal(client.stats().connections, 1, "stop_notif outside the mode is OK");
});
