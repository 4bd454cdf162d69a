/** What broke the originals when they were run, by answers: each once over a mock wire, and once against a scripted TCP server. */
import assert from "node:assert/strict";

import { fails, Watched } from "../../support/client-mock.ts";
import { answers, playAll } from "../../support/client-peer.ts";

playAll({
  "a duplicate answer with no command pending is ignored and counted": async (make) => {
    await using peer = await make();
    const asked = peer.client.random();
    await peer.hears("random?");
    await peer.says("5", "5");
    assert.equal(await asked, 5);
    await peer.until("the second answer", () => peer.client.stats().ignored === 1);
    await answers(peer);
    assert.equal(peer.client.stats().connections, 1);
  },

  "a duplicate answer with a command pending, that cannot answer it, loses the connection": async (make) => {
    await using peer = await make();
    const [asked, notified] = [peer.client.random(), new Watched(peer.client.notify())];
    await peer.hears("random?");
    await peer.says("5");
    assert.equal(await asked, 5);
    await peer.hears("notif");
    await peer.says("5", "OK");
    await peer.dropped();
    await peer.hears("notif");
    assert.equal(notified.error?.code, "OutOfStep");
  },

  "OK to random? is out of step: close and reconnect": async (make) => {
    await using peer = await make();
    await answers(peer);
    const asked = new Watched(peer.client.random());
    const next = peer.client.random();
    await peer.hears("random?");
    await peer.says("OK", "1", "2");
    await peer.dropped();
    assert.equal(asked.error?.code, "OutOfStep");
    await peer.hears("random?");
    await peer.says("3");
    assert.equal(await next, 3, "never shifted on");
  },

  "digits to notif are out of step: close and reconnect": async (make) => {
    await using peer = await make();
    await answers(peer);
    const notified = new Watched(peer.client.notify());
    await peer.hears("notif");
    await peer.says("123");
    await peer.dropped();
    assert.equal(notified.error?.code, "OutOfStep");
    await peer.hears("notif");
    await peer.says("OK");
    await answers(peer);
  },

  "a greeting, before and after the first command": async (make) => {
    await using early = await make();
    await early.says("Welcome to the notification server!");
    await early.until("the greeting", () => early.client.stats().ignored === 1);
    await answers(early);
    await using late = await make();
    const asked = late.client.random();
    await late.hears("random?");
    await late.says("Welcome to the notification server!", "5");
    assert.deepEqual([await asked, late.client.stats().ignored, late.client.stats().connections], [5, 1, 1]);
  },

  "a number with trailing blanks": async (make) => {
    await using peer = await make();
    const asked = peer.client.random();
    await peer.hears("random?");
    await peer.says("456902234 \t");
    assert.equal(await asked, 456_902_234);
  },

  "a number beyond 2^53-1 is refused, and the connection stays": async (make) => {
    await using peer = await make();
    const [big, largest] = [peer.client.random(), peer.client.random()];
    big.catch(() => {});
    await peer.hears("random?");
    await peer.says("9007199254740992");
    await fails(big, "BadAnswer");
    await peer.hears("random?");
    await peer.says("9007199254740991");
    assert.deepEqual([await largest, peer.client.stats().connections], [Number.MAX_SAFE_INTEGER, 1]);
  },

  "a silent server: every command has a deadline": async (make) => {
    await using peer = await make({ deadlineMs: 20, reconnect: false });
    const { client } = peer;
    const calls = [
      client.random(),
      client.classified(),
      client.post("an ad"),
      client.notify(),
      client.stopNotify(),
      client.command("ping"),
    ];
    const paused = client.pauseNotifications();
    const ended = [...calls, paused].map((call) => new Watched<unknown>(call));
    for (const call of ended) await peer.until("its end", () => call.settled);
    const codes = ended.map(({ error }) => error?.code);
    assert.deepEqual(
      codes,
      [...calls.map(() => "TimedOut"), undefined],
      "a lost connection has left the mode: the pause holds",
    );
  },

  "a disconnect with commands pending: what was sent is rejected, what was not is asked on the next": async (make) => {
    await using peer = await make();
    const [sent, queued] = [new Watched(peer.client.random()), peer.client.random()];
    await peer.hears("random?");
    await peer.cuts();
    await peer.until("the rejection", () => sent.settled);
    assert.equal(sent.error?.code, "Disconnected");
    await peer.hears("random?");
    await peer.says("8");
    assert.equal(await queued, 8);
  },

  "a disconnect with commands pending, for good: each is rejected": async (make) => {
    await using peer = await make({ reconnect: false });
    const calls = [peer.client.random(), peer.client.classified(), peer.client.notify(), peer.client.waitNotif()].map(
      (call) => new Watched<unknown>(call),
    );
    await peer.hears("random?");
    peer.cut();
    for (const call of calls) await peer.until("the rejection", () => call.settled);
    assert.deepEqual(
      calls.map(({ error }) => error?.code),
      Array.from(calls, () => "Disconnected"),
    );
  },

  "a cancelled call: its late answer is not the next call's": async (make) => {
    await using peer = await make();
    const controller = new AbortController();
    const given = peer.client.random({ signal: controller.signal });
    const next = peer.client.random();
    await peer.hears("random?");
    controller.abort();
    await fails(given, "Aborted");
    await peer.says("1");
    await peer.hears("random?");
    await peer.says("2");
    assert.equal(await next, 2);
  },
});
