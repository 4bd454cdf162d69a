/** What broke the originals when they were run: each once over a mock wire, and once against a scripted TCP server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, HigherLevelClient } from "../../../src/line/client/index.ts";
import { fails, Watched } from "../../support/client-mock.ts";
import { type MakePeer, peers } from "../../support/client-peer.ts";

/** As soon as the mode is entered, nearly: these tests wait for the timer. */
const REARM = { rearmMs: 20 };

const scenarios: Readonly<Record<string, (make: MakePeer) => Promise<void>>> = {
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

  "several notifications in one segment, with the OK": async (make) => {
    await using peer = await make();
    const { client } = peer;
    const notified = client.notify();
    await peer.hears("notif");
    await peer.says("OK", "notif: random", "notif: random", "notif: classified");
    await notified;
    const seen = [await client.waitNotif(), await client.waitNotif(), await client.waitNotif()];
    assert.deepEqual(seen.map(({ source }) => source), ["random", "random", "classified"]);
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
    const calls = [client.random(), client.classified(), client.post("an ad"), client.notify(), client.stopNotify(), client.command("ping")];
    const paused = client.pauseNotifications();
    const ended = [...calls, paused].map((call) => new Watched<unknown>(call));
    for (const call of ended) await peer.until("its end", () => call.settled);
    const codes = ended.map(({ error }) => error?.code);
    assert.deepEqual(codes, [...calls.map(() => "TimedOut"), undefined], "a lost connection has left the mode: the pause holds");
  },

  "a silent server: the timer's own stop_notif has a deadline, which finds a half-open connection": async (make) => {
    await using peer = await make({ ...REARM, deadlineMs: 20 });
    await entered(peer);
    await peer.hears("stop_notif");
    await peer.dropped();
    await peer.hears("notif");
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
    await using peer = await make({ reconnect: false, deadlineMs: 1_000 });
    const calls = [peer.client.random(), peer.client.classified(), peer.client.notify(), peer.client.waitNotif()].map(
      (call) => new Watched<unknown>(call),
    );
    await peer.hears("random?");
    peer.cut();
    for (const call of calls) await peer.until("the rejection", () => call.settled);
    assert.deepEqual(calls.map(({ error }) => error?.code), Array.from(calls, () => "Disconnected"));
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
};

for (const [over, make] of Object.entries(peers)) for (const [name, play] of Object.entries(scenarios)) test(`${name} (${over})`, () => play(make));

type Peer = Awaited<ReturnType<MakePeer>>;

/** The client enters notification mode. */
async function entered(peer: Peer): Promise<void> {
  const notified = peer.client.notify();
  await peer.hears("notif");
  await peer.says("OK");
  await notified;
}

/** The connection is in step: a command has its own answer. */
async function answers(peer: Peer): Promise<void> {
  const asked = peer.client.command("ping");
  await peer.hears("ping");
  await peer.says("pong");
  assert.equal(await asked, "pong");
}
