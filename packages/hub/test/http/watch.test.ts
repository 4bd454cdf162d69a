import assert from "node:assert/strict";
import { test } from "node:test";

import { RefusedError } from "../../src/inbox/rules.ts";
import { EventReader } from "../support/event-reader.ts";
import { HttpWorld } from "../support/http-world.ts";

test("health is that the inboxes answer and can store; ready says which of the two fails", async () => {
  await using world = await HttpWorld.open();
  const well = await world.ask("/health");
  assert.deepEqual([well.status, await well.json()], [200, { status: "ok" }]);
  const ready = await world.ask("/ready");
  assert.deepEqual([ready.status, await ready.json()], [200, { status: "ready", reads: true, rings: true }]);
  const answers = async (): Promise<unknown> => {
    const both = [await world.ask("/health"), await world.ask("/ready")];
    return Promise.all(both.map(async (response) => [response.status, await response.json()]));
  };
  world.inboxes.cannotStore = "mock: the disk is full";
  const full = "nothing can be stored: mock: the disk is full";
  assert.deepEqual(await answers(), [
    [503, { status: "failing", why: full }],
    [503, { status: "not ready", reads: true, rings: false, why: full }],
  ]);
  const nobody = new RefusedError({ code: "Unavailable", message: "mock: nobody there" });
  world.inboxes.refusals.set("trouble", nobody);
  const health = await world.ask("/health");
  assert.deepEqual([health.status, await health.json()], [503, { status: "failing", why: "mock: nobody there" }]);
  world.inboxes.refusals.set("trouble", nobody);
  const not = await world.ask("/ready");
  assert.deepEqual(
    [not.status, await not.json()],
    [503, { status: "not ready", reads: false, rings: false, why: "mock: nobody there" }],
  );
});

test("metrics count what was done, in the text format of Prometheus", async () => {
  await using world = await HttpWorld.open();
  await world.ask(world.bell, { body: "x" });
  await world.ask(`/b/${"A".repeat(32)}`, { body: "x" });
  using events = new EventReader(`${world.url}/v1/events`, { authorization: `Bearer ${world.inboxes.readingKey}` });
  await events.hears("ready", () => events.events.length === 1);
  world.inboxes.add("y");
  await events.hears("it", () => events.texts().length === 1);
  const response = await world.ask("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of [
    'doorbell_rings_total{result="stored"} 1',
    'doorbell_rings_total{result="UnknownBell"} 1',
    "doorbell_http_wrong_keys_total 1",
    "doorbell_http_events_total 1",
    "doorbell_http_readers 1",
    'doorbell_ring_seconds_bucket{le="+Inf"} 1',
    "doorbell_ring_seconds_count 1",
  ])
    assert.ok(text.includes(`${line}\n`), `${line} is not in\n${text}`);
  // Every line is a comment, or a name, perhaps labels, and a number.
  for (const line of text.trimEnd().split("\n"))
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"\\]*"\})? -?[\d.e+-]+)$/);
});

test("what nobody foresaw is told to the log, and not to whoever asked", async () => {
  await using world = await HttpWorld.open();
  world.inboxes.refusals.set("ring", new Error("secret detail") as RefusedError);
  const answer = await world.ask(world.bell, { body: "x" });
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /secret detail/);
  assert.deepEqual(
    world.logged.map(({ type }) => type),
    ["httpFailed"],
  );
});
