import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Api } from "../../src/page/core/api.ts";
import { isAway, SILENCE_MAX_MS, Stream, type StreamState } from "../../src/page/core/stream.ts";
import { MockHttp, settled } from "../support/mock-http.ts";

interface World extends Disposable {
  readonly http: MockHttp;
  readonly clock: FakeClock;
  readonly stream: Stream;
  readonly states: string[];
  readonly events: string[];
}

async function open(http: MockHttp = new MockHttp(), random: () => number = () => 1): Promise<World> {
  const clock = new FakeClock();
  const states: string[] = [];
  const events: string[] = [];
  const api = new Api(http.fetch);
  const stream = new Stream({
    open: (signal) => api.stream("/v1/events", signal),
    event: ({ event, id, data }) => void events.push(`${event} ${id} ${data}`),
    state: (state) => void states.push(spelt(state)),
    clock,
    random,
  });
  await settled();
  return { http, clock, stream, states, events, [Symbol.dispose]: () => stream[Symbol.dispose]() };
}

function spelt(state: StreamState): string {
  if (state.kind === "offline") return `offline ${state.retryAt}`;
  if (state.kind === "ended") return `ended ${state.failure.code}`;
  return state.kind === "connecting" && state.isAgain ? "again" : state.kind;
}

test("events arrive however they are cut", async () => {
  using world = await open();
  for (const part of ["id: 7\neve", 'nt: item\ndata: {"a":', '"é"}\n', "\n: comment\n\n"])
    world.http.stream.write(part);
  await settled();
  assert.deepEqual(world.events, ['item 7 {"a":"é"}']);
  assert.deepEqual(world.states, ["connecting", "live"]);
});

test("a character that is cut in two is whole", async () => {
  const http = new MockHttp();
  const bytes = new TextEncoder().encode("data: é\n\n");
  http.fetch = async () =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(bytes.slice(0, 7));
          controller.enqueue(bytes.slice(7));
        },
      }),
    );
  using world = await open(http);
  assert.deepEqual(world.events, ["undefined undefined é"]);
});

test("a connection that ends or breaks is made anew", async () => {
  using world = await open();
  world.http.stream.write(": hello\n\n");
  await settled();
  world.http.stream.end();
  await settled();
  assert.deepEqual(world.states, ["connecting", "live", "offline 1000"]);
  world.clock.skip();
  await settled();
  world.http.stream.write(": hello\n\n");
  await settled();
  world.http.stream.fail();
  await settled();
  assert.deepEqual(world.states.slice(3), ["again", "live", "offline 2000"]);
});

test("waits double until they are half a minute, and are never alike", async () => {
  const http = new MockHttp();
  http.isUp = false;
  using slow = await open(http, () => 1);
  using fast = await open(http, () => 0);
  for (let time = 0; time < 7; time += 1) {
    for (const { clock } of [slow, fast]) clock.skip();
    await settled();
  }
  const waits = ({ states }: World): readonly number[] => {
    const ends = states.filter((state) => state.startsWith("offline")).map((state) => Number(state.split(" ")[1]));
    return ends.map((end, at) => end - (ends[at - 1] ?? 0));
  };
  assert.deepEqual(waits(slow), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  assert.deepEqual(waits(fast), [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

test("a hub that answers and says nothing is waited for like one that does not answer", async () => {
  using world = await open();
  for (let time = 0; time < 3; time += 1) {
    world.http.stream.write("retry: 2000\n\n");
    await settled();
    world.http.stream.end();
    await settled();
    world.clock.skip();
    await settled();
  }
  assert.deepEqual(
    world.states.filter((state) => state.startsWith("offline")),
    ["offline 1000", "offline 3000", "offline 7000"],
  );
});

test("it tries at once when it is told to", async () => {
  const http = new MockHttp();
  http.isUp = false;
  using world = await open(http);
  http.isUp = true;
  world.stream.retry();
  await settled();
  assert.deepEqual(world.states, ["connecting", "offline 1000", "again", "live"]);
  assert.equal(world.clock.nextAt, SILENCE_MAX_MS, "nothing else is waited for");
});

test("a connection over which nothing comes, not even a comment, is given up", async () => {
  using world = await open();
  world.clock.advance(SILENCE_MAX_MS - 1);
  await settled();
  assert.equal(world.states.at(-1), "live");
  world.http.stream.write(":\n\n");
  await settled();
  world.clock.advance(SILENCE_MAX_MS - 1);
  await settled();
  assert.equal(world.states.at(-1), "live");
  world.clock.advance(1);
  await settled();
  assert.equal(world.http.stream.isAborted, true);
  assert.match(world.states.at(-1) ?? "", /^offline/);
});

test("an answer that does not come is given up too", async () => {
  const http = new MockHttp();
  const { fetch } = http;
  http.fetch = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  using world = await open(http);
  http.fetch = fetch;
  world.clock.advance(SILENCE_MAX_MS);
  await settled();
  assert.match(world.states.at(-1) ?? "", /^offline/);
});

test("what the hub refuses is not asked again", async () => {
  for (const [status, code] of [
    [401, "LoggedOut"],
    [403, "Refused"],
    [404, "Refused"],
  ] as const) {
    const http = new MockHttp();
    http.answers["GET /v1/events"] = status;
    using world = await open(http);
    assert.deepEqual(world.states, ["connecting", `ended ${code}`]);
    assert.equal(world.clock.pending, 0);
  }
});

test("a proxy whose hub is down is asked again", async () => {
  const http = new MockHttp();
  http.answers["GET /v1/events"] = 502;
  using world = await open(http);
  assert.deepEqual(world.states, ["connecting", "offline 1000"]);
});

test("nothing is left of it when it is disposed of", async () => {
  const live = await open();
  live.stream[Symbol.dispose]();
  await settled();
  assert.equal(live.http.stream.isAborted, true);
  assert.equal(live.clock.pending, 0);
  const http = new MockHttp();
  http.isUp = false;
  const waiting = await open(http);
  waiting.stream[Symbol.dispose]();
  await settled();
  assert.equal(waiting.clock.pending, 0);
  assert.equal(http.requests.length, 1);
});

test("it is away from the first loss until it is back", () => {
  assert.equal(isAway({ kind: "connecting", isAgain: false }), false);
  assert.equal(isAway({ kind: "offline", retryAt: 0 }), true);
  assert.equal(isAway({ kind: "connecting", isAgain: true }), true);
  assert.equal(isAway({ kind: "live" }), false);
});
