import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { Model } from "../../src/page/core/model.ts";
import { itemEvent } from "../support/items.ts";
import { MockHttp, settled } from "../support/mock-http.ts";

class World {
  readonly http = new MockHttp();
  readonly clock = new FakeClock();
  readonly memory = new Map<string, string>();
  readonly told: string[] = [];
  readonly model: Model;
  isLoggedIn = true;

  constructor() {
    this.inboxes = ["me", "family"];
    this.http.answers["GET /v1/sources"] = { sources: ["random", "classified"] };
    this.http.answers["GET /v1/items"] = { items: [], more: false, newest: 0, oldest: 1 };
    this.http.answers["POST /v1/logout"] = {};
    this.model = new Model({
      fetch: async (path, options) => {
        if (!this.isLoggedIn && path !== "/v1/login") return Response.json({ error: "nobody" }, { status: 401 });
        return this.http.fetch(path, options);
      },
      clock: this.clock,
      random: () => 1,
      today: () => 0,
      memory: { get: (name) => this.memory.get(name), set: (name, value) => void this.memory.set(name, value) },
      told: (items, inbox) => void this.told.push(`${inbox}: ${items.length}`),
    });
  }

  set inboxes(names: readonly string[]) {
    const inboxes = names.map((name, at) => ({ id: at + 1, name, newest: 10 * (at + 1) }));
    this.http.answers["GET /v1/inboxes"] = { inboxes };
  }

  get paths(): readonly string[] {
    return this.http.requests.map(({ method, path }) => `${method} ${path}`);
  }
}

test("whoever is logged in sees the inbox that was looked at last", async () => {
  const world = new World();
  world.memory.set("inbox", "family");
  await world.model.start(undefined, undefined);
  assert.deepEqual(world.model.visitor.value, { kind: "in" });
  assert.deepEqual(world.model.view.value?.route, { kind: "items", inbox: "family" });
  world.model.go({ kind: "bells", inbox: "me" });
  assert.equal(world.memory.get("inbox"), "me");
});

test("a link logs in", async () => {
  const world = new World();
  world.isLoggedIn = false;
  world.http.answers["POST /v1/login"] = (_: string, body: unknown) => {
    assert.deepEqual(body, { code: "once" });
    world.isLoggedIn = true;
    return {};
  };
  await world.model.start("once", undefined);
  assert.equal(world.model.visitor.value.kind, "in");
});

test("a link that is no good says why, unless somebody is logged in already", async () => {
  const world = new World();
  world.isLoggedIn = false;
  world.http.answers["POST /v1/login"] = 401;
  await world.model.start("old", undefined);
  await settled();
  assert.deepEqual(world.model.visitor.value, { kind: "out", why: "status 401" });
  const other = new World();
  other.http.answers["POST /v1/login"] = 401;
  await other.model.start("old", undefined);
  assert.equal(other.model.visitor.value.kind, "in");
});

test("who is not logged in, and had no link, is told no more than how to log in", async () => {
  const world = new World();
  world.isLoggedIn = false;
  await world.model.start(undefined, undefined);
  await settled();
  assert.deepEqual(world.model.visitor.value, { kind: "out", why: "" });
});

test("a hub that is down is tried until it is up", async () => {
  const world = new World();
  world.http.isUp = false;
  const started = world.model.start(undefined, undefined);
  await settled();
  assert.deepEqual(world.model.visitor.value, { kind: "starting", trouble: "The hub cannot be reached." });
  world.clock.skip();
  await settled();
  world.http.isUp = true;
  world.clock.skip();
  await started;
  assert.equal(world.model.visitor.value.kind, "in");
});

test("a session that ends takes everything away, and says so", async () => {
  const world = new World();
  await world.model.start(undefined, undefined);
  await settled();
  const { stream } = world.http;
  world.isLoggedIn = false;
  await world.model.refresh();
  assert.deepEqual(world.model.visitor.value, { kind: "out", why: "The session has ended." });
  assert.equal(world.model.view.value, undefined);
  await settled();
  assert.equal(stream.isAborted, true);
});

test("logging out ends what is open", async () => {
  const world = new World();
  await world.model.start(undefined, { kind: "source", source: "random" });
  await settled();
  assert.equal(world.http.streams.length, 2);
  await world.model.logout();
  await settled();
  assert.ok(world.http.streams.every(({ isAborted }) => isAborted));
  assert.equal(world.model.visitor.value.kind, "out");
});

test("an inbox goes on arriving while its bells or a source are looked at", async () => {
  const world = new World();
  await world.model.start(undefined, undefined);
  await settled();
  const { stream } = world.http;
  world.model.go({ kind: "source", source: "random" });
  world.model.go({ kind: "bells", inbox: "me" });
  await settled();
  assert.equal(stream.isAborted, false);
  stream.write(itemEvent(1));
  await settled();
  world.clock.advance(250);
  assert.deepEqual(world.told, ["me: 1"]);
});

test("another inbox ends the first, and another source too", async () => {
  const world = new World();
  await world.model.start(undefined, undefined);
  await settled();
  world.model.go({ kind: "items", inbox: "family" });
  await settled();
  world.model.go({ kind: "source", source: "random" });
  world.model.go({ kind: "source", source: "random" });
  await settled();
  assert.deepEqual(
    world.http.streams.map(({ path, isAborted }) => [path, isAborted]),
    [
      ["/v1/events?inbox=1&after=0", true],
      ["/v1/events?inbox=2&after=0", false],
      ["/v1/sources/random/events", false],
    ],
  );
  world.model.go({ kind: "source", source: "classified" });
  await settled();
  assert.equal(world.http.streams[2]?.isAborted, true);
});

test("what is not there leads to what is", async () => {
  const world = new World();
  await world.model.start(undefined, { kind: "source", source: "weather" });
  assert.deepEqual(world.model.view.value?.route, { kind: "items", inbox: "me" });
  world.model.go({ kind: "bells", inbox: "nobody" });
  assert.deepEqual(world.model.view.value?.route, { kind: "bells", inbox: "me" });
});

test("a hub without an inbox says how to make one", async () => {
  const world = new World();
  world.inboxes = [];
  await world.model.start(undefined, undefined);
  assert.match(JSON.stringify(world.model.visitor.value), /doorbell inbox new NAME/);
});

test("a new inbox is gone to, and its keys are shown until they are put away", async () => {
  const world = new World();
  await world.model.start(undefined, undefined);
  const keys = { readingKey: "read_x", managingKey: "manage_x" };
  world.http.answers["POST /v1/inboxes"] = { inbox: { id: 9, name: "work", newest: 0 }, ...keys };
  await world.model.createInbox("work");
  assert.deepEqual(world.model.view.value?.route, { kind: "bells", inbox: "work" });
  assert.deepEqual(
    world.model.inboxes.value.map(({ name }) => name),
    ["me", "family", "work"],
  );
  assert.equal(world.model.made.value?.readingKey, "read_x");
  world.model.putAway();
  assert.equal(world.model.made.value, undefined);
});

test("what came since an inbox was looked at is counted, and not what was there before", () => {
  const { seen } = new World().model;
  assert.equal(seen.unseen(1, 40), 0);
  assert.equal(seen.unseen(1, 43), 3);
  seen.saw(1, 43);
  assert.equal(seen.unseen(1, 43), 0);
  assert.equal(seen.unseen(1, 2), 0, "another store");
  assert.equal(seen.unseen(1, 3), 1);
});
