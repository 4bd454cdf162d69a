/** What broke the originals when they were run, by notifications: each once over a mock wire, and once against a scripted TCP server. */
import assert from "node:assert/strict";

import { Client, HigherLevelClient } from "../../../src/line/client/client.ts";
import { answers, entered, playAll } from "../../support/client-peer.ts";

playAll({
  "a notification that crosses stop_notif is delivered, and the OK finds its command": async (make) => {
    await using peer = await make();
    const { client } = peer;
    await entered(peer);
    const stopped = client.stopNotify();
    await peer.hears("stop_notif");
    await peer.says("notif: random", "OK");
    await stopped;
    assert.deepEqual(await client.waitNotif(), { source: "random" });
    await answers(peer);
  },

  "several notifications in one segment, with the OK": async (make) => {
    await using peer = await make();
    const { client } = peer;
    const notified = client.notify();
    await peer.hears("notif");
    await peer.says("OK", "notif: random", "notif: random", "notif: classified");
    await notified;
    const seen = [await client.waitNotif(), await client.waitNotif(), await client.waitNotif()];
    assert.deepEqual(
      seen.map(({ source }) => source),
      ["random", "random", "classified"],
    );
  },

  "a notification ahead of the OK of notif": async (make) => {
    await using peer = await make();
    const notified = peer.client.notify();
    await peer.hears("notif");
    await peer.says("notif: random", "OK");
    await notified;
    assert.deepEqual(await peer.client.waitNotif(), { source: "random" });
    await answers(peer);
  },

  "malformed notifications are ignored and counted": async (make) => {
    await using peer = await make();
    await entered(peer);
    await peer.says("notif:random", "notif:", "notif: ", "notif: Two words", "notif: random");
    assert.deepEqual(await peer.client.waitNotif(), { source: "random" });
    assert.deepEqual([peer.client.stats().ignored, peer.client.stats().notifications], [4, 1]);
    const asked = peer.client.random();
    await peer.hears("random?");
    await peer.says("notif:random", "notif:", "5");
    assert.deepEqual([await asked, peer.client.stats().ignored], [5, 6]);
  },

  "stop_notif outside the mode": async (make) => {
    await using peer = await make();
    for (let times = 0; times < 2; times++) {
      const stopped = peer.client.stopNotify();
      await peer.hears("stop_notif");
      await peer.says("OK");
      await stopped;
    }
    await answers(peer);
  },

  "a handler that throws, or rejects, breaks nothing": async (make) => {
    const failed: unknown[] = [];
    class Throwing extends Client {
      override randomAvailable(): void {
        throw new Error("thrown");
      }
      override classifiedAvailable(): Promise<void> {
        return Promise.reject(new Error("rejected"));
      }
      override failed(error: unknown): void {
        failed.push((error as Error).message);
      }
    }
    await using peer = await make({}, Throwing);
    await entered(peer);
    await peer.says("notif: random", "notif: classified");
    await peer.until("both failures", () => failed.length === 2);
    assert.deepEqual(failed, ["thrown", "rejected"]);
    await answers(peer);
  },

  "a subclass receives items, and never learns that there is a mode": async (make) => {
    const got: unknown[] = [];
    class Higher extends HigherLevelClient {
      override randomReceived(value: number): void {
        got.push(value);
      }
    }
    await using peer = await make({}, Higher);
    await peer.hears("notif");
    await peer.says("OK", "notif: random", "notif: classified");
    await peer.hears("stop_notif");
    await peer.says("OK");
    await peer.hears("random?");
    await peer.says("5");
    await peer.hears("notif");
    await peer.says("OK");
    assert.deepEqual(got, [5]);
  },
});
