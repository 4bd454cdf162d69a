/** The client against the flaws that servers of the how-to had, and one that it may have by its text. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { twistedMissing } from "@doorbell-js/test-support/needs";
import { until, within } from "@doorbell-js/test-support/until";

import { type Client, connect } from "../../../src/line/client/client.ts";
import type { ClientOptions } from "../../../src/line/client/connect.ts";
import { HowtoServer } from "../../support/client-howto-server.ts";

const needs = { skip: twistedMissing };

function connectTo(server: HowtoServer, options: ClientOptions = {}): Promise<Client> {
  return connect({ port: server.port, backoffMs: 1, ...options });
}

test(
  "a server that crashes on stop_notif outside the mode is connected to anew, in the mode that was wanted",
  needs,
  async () => {
    await using server = await HowtoServer.start({ flaws: ["stop_closes"] });
    await using client = await connectTo(server);
    await client.notify();
    await server.later(30);
    await server.seen("idle");
    const paused = await within("the pause", client.pauseNotifications());
    assert.equal(await client.random(), 4, "the next connection answers");
    await within("the end of the pause", Promise.resolve(paused[Symbol.asyncDispose]()));
    server.random(5);
    assert.deepEqual(await within("a notification", client.waitNotif()), { source: "random" });
    assert.deepEqual([client.stats().connections, server.count("lost")], [2, 1]);
  },
);

test(
  "the same for stopNotify: the call fails, as its answer never came, and the next one succeeds",
  needs,
  async () => {
    await using server = await HowtoServer.start({ flaws: ["stop_closes"] });
    await using client = await connectTo(server);
    await assert.rejects(within("the answer", client.stopNotify()), { code: "Disconnected" });
    await within("the mode", client.notify());
    await within("the end of the mode", client.stopNotify());
    assert.equal(client.stats().connections, 2);
  },
);

test(
  "silence ends a call at its deadline, and the connection, as a late answer would be the next call's",
  needs,
  async () => {
    await using server = await HowtoServer.start({ flaws: ["silent"] });
    await using client = await connectTo(server, { deadlineMs: 5_000 });
    await client.notify();
    await assert.rejects(within("the deadline", client.command("ping")), { code: "TimedOut" });
    assert.equal(await within("an answer", client.random()), 4);
    await server.seen("C: notif", 2);
    server.random(6);
    assert.deepEqual(await within("a notification", client.waitNotif()), { source: "random" });
    assert.equal(client.stats().connections, 2);
  },
);

test(
  "an idle timer that a second notif leaked ends the mode; the client's own timer enters it again",
  needs,
  async () => {
    await using server = await HowtoServer.start({ flaws: ["leaks_timer"] });
    await using client = await connectTo(server, { rearmMs: 100 });
    await client.notify();
    await client.notify();
    await server.later(20);
    await server.seen("C: notif", server.count("C: notif") + 1);
    await server.later(20);
    await server.seen("idle");
    await server.seen("C: notif", server.count("C: notif") + 1);
    await server.seen("S: OK", server.count("C: notif") + server.count("C: stop_notif"));
    while (client.stats().notifications === 0) {
      const switches = server.count("C: notif");
      server.random(7);
      await server.seen("C: notif", switches + 1);
    }
    assert.equal(client.stats().connections, 1);
  },
);

test("a notification ahead of the OK of notif is one, and the OK finds its command", needs, async () => {
  await using server = await HowtoServer.start({ flaws: ["early"] });
  await using client = await connectTo(server);
  await within("the OK", client.notify());
  assert.deepEqual(await within("the notification", client.waitNotif()), { source: "random" });
  assert.equal(client.stats().ignored, 0);
});

test("an answer that arrives twice, with nothing asked meanwhile, is ignored and counted", needs, async () => {
  await using server = await HowtoServer.start({ flaws: ["twice"] });
  await using client = await connectTo(server);
  assert.equal(await client.random(), 4);
  await until("the second answer", () => client.stats().ignored === 1);
  await client.notify();
  await until("the second OK", () => client.stats().ignored === 2);
  await client.stopNotify();
  await until("another second OK", () => client.stats().ignored === 3);
  assert.equal(client.stats().connections, 1);
});

test(
  "an answer that arrives twice, with another call waiting, is out of step: that call fails, and no later one is wrong",
  needs,
  async () => {
    await using server = await HowtoServer.start();
    await using client = await connectTo(server);
    assert.equal(await client.random(), 4);
    await server.hold();
    const [first, second] = [client.random(), client.notify()];
    await server.seen("C: random?", 2);
    server.say("4", "4");
    assert.equal(await within("the first answer", first), 4);
    await assert.rejects(within("the second answer", second), { code: "OutOfStep" });
    server.release();
    await until("another connection", () => client.stats().connections === 2);
    assert.equal(await within("an answer", client.random()), 4);
    // It is wanted still, and entered on the new connection.
    server.random(5);
    assert.deepEqual(await within("a notification", client.waitNotif()), { source: "random" });
  },
);

test(
  "by the text, an ad that came outside the mode need not be announced: it comes with the next one",
  needs,
  async () => {
    await using server = await HowtoServer.start();
    await using client = await connectTo(server);
    const ads: string[] = [];
    const reading = (async () => {
      for await (const ad of client.items("classified")) if (ads.push(ad) === 2) break;
    })();
    await server.seen("S: OK");
    await server.hold();
    server.ad("announced");
    await server.seen("C: stop_notif");
    server.release();
    await until("the first ad", () => ads.length === 1);
    await server.seen("C: notif", 2);
    await server.seen("S: OK", 3);
    const paused = await client.pauseNotifications();
    server.ad("not announced");
    await paused[Symbol.asyncDispose]();
    server.ad("announced again");
    await within("the second ad", reading);
    assert.deepEqual(ads, ["announced", "not announced"], "in order, and none missed");
    assert.equal(await client.classified(), "announced again");
  },
);
