import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../src/page/core/api.ts";
import { MockHttp } from "../support/mock-http.ts";

function world(): { readonly http: MockHttp; readonly api: Api; readonly ended: () => number } {
  const http = new MockHttp();
  let ended = 0;
  return { http, api: new Api(http.fetch, () => (ended += 1)), ended: () => ended };
}

test("what is asked for stands in the address, and what is not does not", async () => {
  const { http, api } = world();
  http.answers["GET /v1/items"] = {};
  await api.items(3, { before: 8, search: "a&b = ü" });
  assert.equal(http.requests[0]?.path, "/v1/items?inbox=3&limit=50&before=8&search=a%26b+%3D+%C3%BC");
  await api.items(3);
  assert.equal(http.requests[1]?.path, "/v1/items?inbox=3&limit=50");
});

test("the hub's own words are told when it refuses", async () => {
  const { http, api, ended } = world();
  http.fetch = async () =>
    Response.json({ code: "LimitReached", error: "there are 1000 bells: revoke one", http: 409 }, { status: 409 });
  const refused = new Api(http.fetch).createBell(1, { label: "x" });
  await assert.rejects(refused, { name: "Failure", code: "Refused", message: "there are 1000 bells: revoke one" });
  await assert.rejects(api.post("x"), { code: "Refused" });
  assert.equal(ended(), 0);
});

test("whoever is not logged in any more is told once, wherever it is noticed", async () => {
  const { http, api, ended } = world();
  http.answers["GET /v1/inboxes"] = 401;
  await assert.rejects(api.inboxes(), { code: "LoggedOut" });
  assert.equal(ended(), 1);
});

test("a hub that is not there, or breaks off, is offline", async () => {
  const { http, api } = world();
  http.isUp = false;
  await assert.rejects(api.sources(), { code: "Offline", message: "The hub cannot be reached." });
  http.answers["GET /v1/sources"] = 503;
  http.isUp = true;
  await assert.rejects(api.sources(), { code: "Offline" });
  const cut = new Api(async () => new Response('{"sources":'));
  await assert.rejects(cut.sources(), { code: "Offline", message: "The hub's answer broke off." });
});

test("an answer without content is none", async () => {
  const api = new Api(async () => new Response(null, { status: 204 }));
  assert.equal(await api.revokeBell(1, 2), undefined);
});
