import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../src/page/core/api.ts";
import { BellsView } from "../../src/page/core/bells-view.ts";
import { MockHttp } from "../support/mock-http.ts";

const bell = (id: number, more: object = {}): object => ({
  id,
  label: `bell ${id}`,
  state: "active",
  rings: 0,
  ...more,
});

function world(): { readonly http: MockHttp; readonly view: BellsView; readonly labels: () => readonly string[] } {
  const http = new MockHttp();
  http.answers["GET /v1/bells"] = { bells: [bell(1), bell(2, { state: "revoked" }), bell(3)] };
  const view = new BellsView(new Api(http.fetch), 7);
  return { http, view, labels: () => (view.bells.value ?? []).map(({ label }) => label) };
}

test("bells are listed with the newest first, and without those that are revoked", async () => {
  const { http, view, labels } = world();
  assert.equal(view.bells.value, undefined);
  await view.load();
  assert.deepEqual(labels(), ["bell 3", "bell 1"]);
  assert.equal(http.requests[0]?.path, "/v1/bells?inbox=7");
});

test("a bell that was made is shown with its address until that is put away", async () => {
  const { http, view, labels } = world();
  await view.load();
  http.answers["POST /v1/bells"] = { bell: bell(4), address: "http://hub/b/token" };
  await view.create({ label: "bell 4" });
  assert.equal(view.made.value?.address, "http://hub/b/token");
  assert.deepEqual(labels(), ["bell 4", "bell 3", "bell 1"]);
  view.putAway();
  assert.equal(view.made.value, undefined);
});

test("it is known whether another bell that still rings has the same label", async () => {
  const { http, view } = world();
  await view.load();
  const made = async (id: number, label: string): Promise<boolean> => {
    http.answers["POST /v1/bells"] = { bell: bell(id, { label }), address: "http://hub/b/token" };
    await view.create({ label });
    return view.made.value !== undefined && view.hasTwin(view.made.value.bell);
  };
  assert.equal(await made(4, "bell 3"), true);
  assert.equal(await made(5, "bell 2"), false, "that one is revoked");
});

test("a change is shown as the hub tells it", async () => {
  const { http, view } = world();
  await view.load();
  http.answers["PATCH /v1/bells/1"] = bell(1, { state: "paused" });
  await view.change(1, { paused: true });
  assert.deepEqual(http.requests.at(-1)?.body, { paused: true });
  assert.equal(view.bells.value?.find(({ id }) => id === 1)?.state, "paused");
});

test("a bell that is revoked is gone, and its address with it", async () => {
  const { http, view, labels } = world();
  await view.load();
  http.answers["POST /v1/bells"] = { bell: bell(4), address: "http://hub/b/token" };
  http.answers["DELETE /v1/bells/4"] = {};
  await view.create({ label: "bell 4" });
  await view.revoke(4);
  assert.deepEqual(labels(), ["bell 3", "bell 1"]);
  assert.equal(view.made.value, undefined);
});

test("what the hub refuses changes nothing, and says why", async () => {
  const { http, view, labels } = world();
  await view.load();
  http.answers["DELETE /v1/bells/1"] = 403;
  await assert.rejects(view.revoke(1), { code: "Refused", message: "status 403" });
  assert.deepEqual(labels(), ["bell 3", "bell 1"]);
});

test("bells that cannot be had are told; those that were there stay", async () => {
  const { http, view, labels } = world();
  await view.load();
  http.isUp = false;
  await view.load();
  assert.equal(view.failure.value, "The hub cannot be reached.");
  assert.equal(labels().length, 2);
  http.isUp = true;
  await view.load();
  assert.equal(view.failure.value, "");
});
