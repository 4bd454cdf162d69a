import assert from "node:assert/strict";
import { test } from "node:test";

import type { Fetched, Source } from "../../../src/line/server/types.ts";
import { type Client, TestCore } from "../../support/core.ts";

/** A source that answers when it is told to. */
class SlowSource implements Source {
  readonly answers: { readonly resolve: (item: Fetched) => void; readonly reject: (cause: Error) => void }[] = [];
  ring: (newest: number) => void = () => {};

  subscribe(ring: (newest: number) => void): { newest: number; [Symbol.dispose](): void } {
    this.ring = ring;
    return { newest: 0, [Symbol.dispose]: () => {} };
  }

  fetch(): Promise<Fetched> {
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
  }
}

interface Scene {
  readonly world: TestCore;
  readonly slow: SlowSource;
  readonly client: Client;
}

/** How a session comes to be in each of its states. */
const states = {
  open: () => scene(),
  "open, in the mode": () => scene(({ client }) => client.say("notif")),
  "open, held by a reply": () => scene(({ client }) => client.say("notif", "slow?", "ping")),
  "open, held by output": () =>
    scene(({ client }) => {
      client.carrier.block(1);
      client.say("notif", "ping");
      client.say("ping");
    }),
  "open, held by rate": () => scene(({ client }) => client.say("notif", "ping", "ping", "ping", "ping", "ping")),
  ending: () => scene(({ client }) => client.say("notif", "quit")),
  closed: () => scene(({ client }) => client.carrier.close()),
} satisfies Record<string, () => Scene>;

type State = keyof typeof states;

function scene(arrange: (scene: Scene) => void = () => {}): Scene {
  const slow = new SlowSource();
  const world = new TestCore({ sources: { slow }, limits: { commandsPerSecondMax: 4, pendingBytesMax: 1 } });
  const client = world.connect(1);
  const made = { world, slow, client };
  arrange(made);
  client.carrier.calls.length = 0;
  client.heard();
  return made;
}

/** Every event of the table in session.ts, brought about from outside. */
const events = {
  received: ({ client }) => client.say("ping"),
  inputEnded: ({ client }) => client.session.inputEnded(),
  drained: ({ client }) => client.carrier.read(),
  flushed: ({ client }) => client.session.flushed(),
  closed: ({ client }) => client.carrier.close(),
  stop: ({ world }) => world.core.stop(),
  idled: ({ world }) => world.clock.advance(1_800_000),
  stalled: ({ world }) => world.clock.advance(300_000),
  lingered: ({ world, client }) => {
    client.session.flushed();
    world.clock.advance(2_000);
  },
  windowOver: ({ world }) => world.clock.advance(1_000),
  replied: ({ slow }) => slow.answers[0]?.resolve({ text: "item", sequence: 1 }),
  replyIsLate: ({ world }) => world.clock.advance(10_000),
  rang: ({ world, slow }) => {
    slow.ring(1);
    world.turn.endTurn();
  },
} satisfies Record<string, (scene: Scene) => void>;

type Event = keyof typeof events;

/** What is done to the carrier, in order: what it is told to write, line ends left out, and what it is told to do. */
type Done = string;
const nothing: Done = "";
const late = "error: no answer in time: it is not known whether it was done; try again";
const half = "error: the last line has no end and may be half of one, so it is not done: end it";
const stopping = "error: the server is stopping";

/** In each state: what an event does, `nothing` where it is not named. Time brings what is due by then, whatever it is called. */
const table: Record<State, Partial<Record<Event, Done>>> = {
  open: { received: "pong", inputEnded: "end", stop: `${stopping} end` },
  "open, in the mode": { received: "pong", inputEnded: "end", stop: `${stopping} end`, rang: "notif: slow" },
  "open, held by a reply": {
    received: "pause",
    replied: "item pong",
    replyIsLate: `${late} pong`,
    stalled: `${late} pong`,
    idled: `${late} pong`,
    rang: "notif: slow",
  },
  "open, held by output": { drained: "pong pong resume", stalled: "destroy", idled: "destroy" },
  "open, held by rate": {
    received: "pause",
    windowOver: "pong pong",
    lingered: "pong pong",
    replyIsLate: "pong pong",
    stalled: "pong pong",
    idled: "pong pong",
    rang: "notif: slow",
  },
  ending: { lingered: "destroy", stalled: "destroy", idled: "destroy" },
  closed: {},
};

for (const [state, make] of Object.entries(states))
  for (const [event, bring] of Object.entries(events))
    test(`${event} when ${state}`, async () => {
      const made = make();
      bring(made);
      await new Promise(setImmediate);
      const { calls, closed } = made.client.carrier;
      const done = calls.map((call) => call.replace("write ", "").trim().replaceAll("\r\n", " ")).join(" ");
      assert.equal(done, table[state as State][event as Event] ?? nothing);
      assert.equal(made.world.core.sessions, closed ? 0 : 1);
    });

test("idle: the mode ends, silently, after 30 minutes without a byte; a byte puts it off, a notification does not", () => {
  const { world, slow, client } = states["open, in the mode"]();
  world.clock.advance(1_799_999);
  slow.ring(1);
  world.turn.endTurn();
  assert.deepEqual(client.heard(), ["notif: slow"]);
  client.session.received(Buffer.from("p"));
  world.clock.advance(1_799_999);
  assert.equal(world.core.announcer.listeners, 1);
  world.clock.advance(1);
  assert.equal(world.core.announcer.listeners, 0);
  assert.equal(world.core.counters.idled, 1);
  slow.ring(2);
  world.turn.endTurn();
  assert.deepEqual(client.heard(), []);
  assert.deepEqual(client.ask("ing", "stop_notif", "notif"), ["pong", "OK", "OK", "notif: slow"]);
});

for (const bring of ["inputEnded", "stop"] as const)
  for (const [state, release, said] of [
    ["open, held by a reply", "replied", ["item", "pong"]],
    ["open, held by output", "drained", ["pong", "pong"]],
    ["open, held by rate", "windowOver", ["pong", "pong"]],
  ] as const)
    test(`${bring} when ${state}: what was asked is answered when it can be, and then the session ends`, async () => {
      const made = states[state]();
      events[bring](made);
      assert.deepEqual(made.client.heard(), []);
      made.client.say("ping");
      events[release](made);
      await new Promise(setImmediate);
      assert.deepEqual(made.client.heard(), bring === "stop" ? [...said, stopping] : said);
      assert.equal(made.client.carrier.ended, true);
      made.client.carrier.close();
      assert.deepEqual(made.world.reasons, [bring === "stop" ? "stopped" : "client"]);
      assert.equal(made.world.clock.pending, 0);
    });

for (const [rest, said, reason] of [
  ["ping", ["pong"], "client"],
  ["ping\r", ["pong"], "client"],
  ["random?", [""], "client"],
  ["notif", ["OK"], "client"],
  ["post an ad", [half], "client"],
  ["key k", [half], "client"],
  ["notif random", [half], "client"],
  ["frob", [half], "client"],
  [
    "GET /",
    ["error: this is the line protocol, not HTTP: connect with a client of it, or send one command a line"],
    "http",
  ],
  [Buffer.from([0x70, 0xc3]), ["error: a line is UTF-8 text"], "notUtf8"],
  ["x".repeat(64), [half], "client"],
  ["x".repeat(65), ["error: a line is at most 64 bytes"], "lineTooLong"],
  ["", [], "client"],
] as const)
  test(`a last line without a line end, ${JSON.stringify(String(rest))}, is answered as the client ends`, () => {
    const world = new TestCore({
      post: () => assert.fail("half an ad was put on the board"),
      openInbox: () => assert.fail("half a key was tried"),
      limits: { lineBytesMax: 64 },
    });
    const client = world.connect();
    client.say("ping");
    client.session.received(Buffer.from(rest));
    client.session.inputEnded();
    client.session.inputEnded();
    client.carrier.close();
    assert.deepEqual([client.heard(), world.reasons], [["pong", ...said], [reason]]);
  });

test("half a line is no command when the server stops: the rest of it may have been on its way", async () => {
  const { world, client, slow } = states["open, held by a reply"]();
  client.session.received(Buffer.from("sources"));
  world.core.stop();
  client.session.inputEnded();
  slow.answers[0]?.resolve({ text: "item", sequence: 1 });
  await new Promise(setImmediate);
  assert.deepEqual(client.heard(), ["item", "pong", stopping]);
});

test("a last line behind a command that waits is answered in its turn", async () => {
  const { client, slow } = states["open, held by a reply"]();
  client.session.received(Buffer.from("sources"));
  client.session.inputEnded();
  slow.answers[0]?.resolve({ text: "item", sequence: 1 });
  await new Promise(setImmediate);
  assert.deepEqual(client.heard(), ["item", "pong", "slow"]);
});

test("room on the way to the end does not take the deadline from a client that reads nothing more", () => {
  const { world, client } = states.ending();
  client.session.drained();
  world.clock.advance(299_999);
  assert.equal(client.carrier.destroyed, false);
  world.clock.advance(1);
  assert.equal(client.carrier.destroyed, true);
});

test("a board that stops the server from within a post: that post is answered first, then what came, then the end", () => {
  const world: TestCore = new TestCore({ post: () => world.core.stop() });
  const client = world.connect();
  assert.deepEqual(client.ask("post an ad", "ping"), ["OK", "pong", stopping]);
  assert.deepEqual(
    client.carrier.calls.map((call) => call.split(" ")[0]),
    ["write", "end"],
  );
});

for (const [what, answer] of [
  ["nothing", () => undefined],
  ["a promise that resolves", () => Promise.resolve()],
  ["a promise that rejects", () => Promise.reject(new Error("scripted"))],
] as const)
  test(`a board that cuts the client off from within a post, and gives ${what}: nothing more is written, no deadline is left`, async () => {
    const world: TestCore = new TestCore({
      post: () => {
        client.carrier.close();
        return answer();
      },
    });
    const client = world.connect();
    assert.deepEqual(client.ask("post an ad", "ping"), []);
    await new Promise(setImmediate);
    assert.deepEqual(client.carrier.calls, []);
    assert.equal(world.clock.pending, 0);
  });

test("commands in a second: as many as the limit are answered at once, one past it when the second is over", () => {
  const world = new TestCore({ limits: { commandsPerSecondMax: 3 } });
  const client = world.connect();
  assert.equal(client.ask("ping", "ping", "ping").length, 3);
  assert.equal(world.core.counters.throttled, 0);
  assert.deepEqual(client.ask("ping"), []);
  assert.equal(world.core.counters.throttled, 1);
  world.clock.advance(999);
  assert.deepEqual(client.heard(), []);
  world.clock.advance(1);
  assert.deepEqual(client.heard(), ["pong"]);
});

test("to a client that reads nothing: one write that reaches the limit, one notification for each source after, nothing else", () => {
  const world = new TestCore({ limits: { pendingBytesMax: 64 } });
  const client = world.connect(64);
  client.say("notif");
  client.carrier.block();
  client.say(...Array.from({ length: 1_000 }, () => "ping"));
  const [, ...writes] = client.carrier.calls;
  assert.deepEqual(writes, [`write ${"pong\r\n".repeat(11)}`]);
  for (let item = 0; item < 1_000; item += 1) {
    world.random.push(`${item}`);
    world.classified.push(`ad ${item}`);
    world.turn.endTurn();
  }
  assert.equal(client.carrier.waiting, 66);
  assert.equal(world.core.counters.coalesced, 1_998);
  client.heard();
  client.carrier.read();
  assert.deepEqual(client.heard().slice(0, 3), ["notif: random", "notif: classified", "pong"]);
});
