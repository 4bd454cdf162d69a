/** What broke the originals when they were run, by the timer: each once over a mock wire, and once against a scripted TCP server. */
import assert from "node:assert/strict";

import { entered, playAll } from "../../support/client-peer.ts";

/** As soon as the mode is entered, nearly: these tests wait for the timer. */
const REARM = { rearmMs: 20 };

playAll({
  "a notification that crosses the timer's own stop_notif": async (make) => {
    await using peer = await make(REARM);
    const waiting = peer.client.waitNotif();
    await entered(peer);
    await peer.hears("stop_notif");
    await peer.says("notif: random", "OK");
    await peer.hears("notif");
    await peer.says("OK");
    assert.deepEqual(await waiting, { source: "random" });
  },

  "a notification that crosses the timer's own notif": async (make) => {
    await using peer = await make(REARM);
    const waiting = peer.client.waitNotif();
    await entered(peer);
    await peer.hears("stop_notif");
    await peer.says("OK");
    await peer.hears("notif");
    await peer.says("notif: classified", "OK");
    assert.deepEqual(await waiting, { source: "classified" });
    await peer.hears("stop_notif");
  },

  "the timer is due while a command is outstanding": async (make) => {
    await using peer = await make(REARM);
    await entered(peer);
    await peer.hears("stop_notif");
    const asked = peer.client.random();
    await peer.says("OK");
    await peer.hears("notif");
    await peer.says("OK");
    await peer.hears("random?");
    await peer.says("notif: random", "17");
    assert.equal(await asked, 17, "undisturbed");
    await peer.hears("stop_notif");
    await peer.says("OK");
    await peer.hears("notif");
  },

  "the timer is due while the last one's handler still fetches": async (make) => {
    const got: string[] = [];
    await using peer = await make({ ...REARM, received: { classified: (ad) => void got.push(ad) } });
    await peer.hears("notif");
    await peer.says("OK", "notif: classified", "notif: classified");
    await peer.hears("stop_notif");
    await peer.says("OK");
    for (const ad of ["One", "Two"]) {
      await peer.hears("classified?");
      await peer.says(ad);
    }
    await peer.hears("notif");
    await peer.says("OK");
    assert.deepEqual(got, ["One", "Two"]);
    await peer.hears("stop_notif");
    await peer.says("OK");
    await peer.hears("notif");
  },

  "a handler that pauses longer than the timer": async (make) => {
    await using peer = await make(REARM);
    await entered(peer);
    const pausing = peer.client.pauseNotifications();
    await peer.hears("stop_notif");
    await peer.says("OK");
    const paused = await pausing;
    const asked = peer.client.random();
    await peer.hears("random?");
    await peer.says("1");
    assert.equal(await asked, 1);
    const resumed = paused[Symbol.asyncDispose]();
    await peer.hears("notif");
    await peer.says("OK");
    await resumed;
  },

  "a silent server: the timer's own stop_notif has a deadline, which finds a half-open connection": async (make) => {
    await using peer = await make({ ...REARM, deadlineMs: 3_000 });
    await entered(peer);
    await peer.hears("stop_notif");
    await peer.dropped();
    await peer.hears("notif");
  },

  "a disconnect with the timer armed: the next connection enters the mode, and arms it once": async (make) => {
    await using peer = await make({ rearmMs: 40 });
    await entered(peer);
    await peer.cuts();
    await peer.hears("notif");
    await peer.says("OK");
    for (let times = 0; times < 3; times++) {
      await peer.hears("stop_notif");
      await peer.says("OK");
      await peer.hears("notif");
      await peer.says("OK");
    }
  },

  "a second notif is another OK, and no second timer": async (make) => {
    await using peer = await make(REARM);
    const calls = [peer.client.notify(), peer.client.notify()];
    for (let times = 0; times < 2; times++) {
      await peer.hears("notif");
      await peer.says("OK");
    }
    await Promise.all(calls);
    for (let times = 0; times < 3; times++) {
      await peer.hears("stop_notif");
      await peer.says("OK");
      await peer.hears("notif");
      await peer.says("OK");
    }
  },
});
