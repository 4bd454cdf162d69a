import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Link } from "../../../src/line/client/link.ts";
import { LineError } from "../../../src/line/errors.ts";
import { Backoff } from "../../../src/line/time.ts";
import { fails, MockDial, settle, Watched } from "../../support/client-mock.ts";

const BACKOFF_MS = 500;
const DEADLINE_MS = 10_000;
type State = "dialing" | "open" | "waiting" | "closed";

/** A link in a state, and all that it told. */
class Stand {
  readonly clock = new FakeClock();
  readonly net = new MockDial();
  readonly told: string[] = [];
  readonly link: Link;

  constructor(reconnects = true, burst: "queue" | "refuse" = "queue") {
    this.link = new Link({
      dial: this.net.dial,
      clock: this.clock,
      backoff: reconnects
        ? new Backoff({ firstMs: BACKOFF_MS * 2, maxMs: BACKOFF_MS * 2, random: () => 0.5 })
        : undefined,
      deadlineMs: DEADLINE_MS,
      burst,
      events: {
        connected: () => void this.told.push("connected"),
        disconnected: (cause, again) =>
          void this.told.push(`disconnected ${cause.code} ${again ? "for now" : "for good"}`),
        notified: (source) => void this.told.push(`notified ${source}`),
        ignored: () => void this.told.push("ignored"),
      },
    });
  }

  in(state: State): this {
    if (state === "open" || state === "waiting") this.net.last.open();
    if (state === "waiting") this.net.last.close();
    if (state === "closed") this.link.close();
    this.told.length = 0;
    return this;
  }

  ask(line = "random?"): Watched<string> {
    return new Watched(this.link.command(line, "number"));
  }
}

// Every event in every state, as in the table of `link.ts`.

test("link: opened, while dialing: open, and what waits is sent", async () => {
  const stand = new Stand();
  const { net, told } = stand;
  const call = new Watched(stand.link.command("random?", "number"));
  assert.deepEqual(net.last.heard(), [], "nothing is sent before");
  net.last.open();
  assert.deepEqual([told, net.last.heard(), stand.link.isOpen], [["connected"], ["random?"], true]);
  net.last.say("5");
  await settle();
  assert.equal(call.value, "5");
});

test("link: opened, when closed meanwhile: the connection is dropped", async () => {
  const { net, told } = new Stand().in("closed");
  net.last.open();
  await settle();
  assert.deepEqual([net.last.destroyed, told], [true, []]);
});

test("link: received, while open: lines, however they are cut", async () => {
  const stand = new Stand().in("open");
  const call = stand.ask();
  for (const byte of Buffer.from("notif: a\r\n17\r\nwho?\n")) stand.net.last.bytes(Buffer.of(byte));
  await settle();
  assert.deepEqual([call.value, stand.told], ["17", ["notified a", "ignored"]]);
});

for (const [state, reconnects] of [
  ["dialing", true],
  ["dialing", false],
  ["open", true],
  ["open", false],
] as const)
  test(`link: closed, while ${state}${reconnects ? "" : ", with no reconnecting"}`, async () => {
    const stand = new Stand(reconnects).in(state);
    const [sent, queued] = [stand.ask(), stand.ask()];
    stand.net.last.close(new Error("ECONNRESET"));
    await settle();
    assert.deepEqual(stand.told, [`disconnected Disconnected ${reconnects ? "for now" : "for good"}`]);
    assert.equal(
      sent.error?.code,
      state === "open" || !reconnects ? "Disconnected" : undefined,
      "what was sent is rejected",
    );
    assert.equal(
      queued.error?.code,
      reconnects ? undefined : "Disconnected",
      "what was not waits, if there will be another",
    );
    assert.equal(stand.link.isClosed, !reconnects);
    assert.equal(
      stand.clock.pending,
      reconnects ? (state === "open" ? 2 : 3) : 0,
      "the deadlines of what waits, and the backoff",
    );
  });

test("link: closed, when nobody dials: nothing", () => {
  for (const state of ["waiting", "closed"] as const) {
    const stand = new Stand().in(state);
    stand.net.last.close();
    assert.deepEqual([stand.told, stand.net.wires.length], [[], 1], state);
  }
});

test("link: a command, in each state", async () => {
  for (const state of ["dialing", "open", "waiting"] as const) {
    const stand = new Stand().in(state);
    const call = stand.ask();
    assert.deepEqual(stand.net.last.heard(), state === "open" ? ["random?"] : [], state);
    if (state === "waiting") stand.clock.advance(BACKOFF_MS);
    if (state !== "open") stand.net.last.open();
    stand.net.last.say("1");
    await settle();
    assert.equal(call.value, "1", state);
  }
  await fails(new Stand().in("closed").link.command("random?", "number"), "ClientClosed");
});

test("link: commands queue, one in flight", async () => {
  const stand = new Stand().in("open");
  const calls = ["a?", "b?", "c?"].map((line) => stand.ask(line));
  const wire = stand.net.last;
  assert.deepEqual(wire.heard(), ["a?"]);
  wire.say("1");
  assert.deepEqual(wire.heard(), ["b?"]);
  wire.say("2");
  wire.say("3");
  await settle();
  assert.deepEqual(
    calls.map(({ value }) => value),
    ["1", "2", "3"],
  );
});

test("link: a burst is refused where it should be, save the client's own commands", async () => {
  const stand = new Stand(true, "refuse").in("open");
  const own = stand.link.command("notif", "ok", { own: true });
  const call = stand.link.command("random?", "number");
  await fails(stand.link.command("random?", "number"), "Busy");
  const other = stand.link.command("stop_notif", "ok", { own: true });
  for (const line of ["OK", "5", "OK"]) stand.net.last.say(line);
  assert.deepEqual(await Promise.all([own, call, other]), ["OK", "5", "OK"]);
  const next = stand.link.command("random?", "number");
  stand.net.last.say("6");
  assert.equal(await next, "6");
});

test("link: an answer out of step rejects, drops the connection, and nothing after it is looked at", async () => {
  const stand = new Stand().in("open");
  const first = stand.ask();
  stand.net.last.say("1");
  const [sent, queued] = [stand.ask(), stand.ask()];
  stand.net.last.say("OK", "2", "3", "notif: a");
  await settle();
  assert.deepEqual(
    [first.value, sent.error?.code, queued.settled, stand.net.last.destroyed],
    ["1", "OutOfStep", false, true],
  );
  assert.deepEqual(stand.told, ["disconnected OutOfStep for now"]);
  stand.clock.advance(BACKOFF_MS);
  assert.deepEqual(stand.net.last.open().heard(), ["random?"], "what was not sent is asked on the next connection");
});

test("link: no answer in time rejects and drops the connection; in the queue it only rejects", async () => {
  const stand = new Stand().in("open");
  const sent = stand.ask();
  stand.clock.advance(1);
  const queued = stand.ask();
  stand.clock.advance(DEADLINE_MS - 2);
  await settle();
  assert.deepEqual([sent.settled, stand.net.last.destroyed], [false, false], "not before its time");
  stand.clock.advance(1);
  assert.equal(stand.net.last.destroyed, true);
  await settle();
  assert.deepEqual([sent.error?.code, queued.settled], ["TimedOut", false]);
  stand.clock.advance(1);
  await settle();
  assert.deepEqual([queued.error?.code, stand.told], ["TimedOut", ["disconnected TimedOut for now"]]);
});

test("link: a line too long, or not UTF-8, loses the connection", async () => {
  for (const bytes of [Buffer.alloc(16_386, 97), Buffer.from([0xff, 0x0a])]) {
    const stand = new Stand().in("open");
    const call = stand.ask();
    stand.net.last.bytes(bytes);
    await settle();
    assert.deepEqual([call.error?.code, stand.net.last.destroyed], ["Disconnected", true]);
    assert.ok(call.error?.cause instanceof LineError, "its cause says why");
  }
});

test("link: backoff over, while waiting: dials, once; never after the close", () => {
  const stand = new Stand().in("waiting");
  stand.clock.advance(BACKOFF_MS - 1);
  assert.equal(stand.net.wires.length, 1);
  stand.clock.advance(1);
  assert.equal(stand.net.wires.length, 2);
  const closed = new Stand().in("waiting");
  closed.link.close();
  closed.clock.advance(60_000);
  assert.deepEqual([closed.net.wires.length, closed.clock.pending], [1, 0]);
});

test("link: close, in each state: what waits is rejected, no timer is left, and it can be said twice", async () => {
  for (const state of ["dialing", "open", "waiting", "closed"] as const) {
    const stand = new Stand().in(state);
    const calls = state === "closed" ? [] : [stand.ask(), stand.ask()];
    stand.link.close();
    stand.link.close();
    await settle();
    for (const call of calls) assert.equal(call.error?.code, "ClientClosed", state);
    assert.deepEqual(
      [stand.net.last.destroyed || state === "waiting", stand.clock.pending, stand.told],
      [true, 0, []],
      state,
    );
  }
});

test("link: waits begin anew only once the server has answered, and not with an error", () => {
  const waits: number[] = [];
  const clock = new FakeClock();
  const net = new MockDial();
  const events = { connected: () => {}, disconnected: () => {}, notified: () => {}, ignored: () => {} };
  const backoff = new Backoff({ firstMs: 1_000, maxMs: 8_000, random: () => 0.5 });
  const link = new Link({ dial: net.dial, clock, backoff, deadlineMs: DEADLINE_MS, burst: "queue", events });
  const lose = (): void => {
    const from = clock.now();
    const wires = net.wires.length;
    net.last.close();
    while (net.wires.length === wires) clock.runNext(Infinity);
    waits.push(clock.now() - from);
  };
  for (let n = 0; n < 4; n++) {
    link.command("random?", "number").catch(() => {});
    net.last.open().say("error: the server has as many connections as it may; try again later");
    lose();
  }
  link.command("random?", "number").catch(() => {});
  net.last.open().say("1");
  lose();
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 500]);
  link.close();
});
