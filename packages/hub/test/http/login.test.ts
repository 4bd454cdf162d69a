import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { newFolder } from "@doorbell-js/test-support/folder";

import { said } from "../support/asking.ts";
import { HttpHub } from "../support/http-hub.ts";
import { HttpWorld } from "../support/http-world.ts";

/** The code of a link, and the session that it becomes. */
async function codeFor(world: Pick<HttpWorld, "ask">, key: string): Promise<string> {
  const { status, url } = await said(world.ask("/v1/links", { method: "POST", key }));
  assert.equal(status, 201);
  const [, code = ""] = /\/login#([\w-]{32})$/.exec(String(url)) ?? [];
  assert.notEqual(code, "", String(url));
  return code;
}

async function logIn(
  world: Pick<HttpWorld, "ask">,
  code: string,
): Promise<{ readonly status: number; readonly cookie: string }> {
  const response = await world.ask("/v1/login", { json: { code } });
  return { status: response.status, cookie: response.headers.get("set-cookie") ?? "" };
}

describe("logging in to the page", () => {
  test("a link gives a session, once; the session opens all, survives a restart, and ends with the logout", async () => {
    using folder = newFolder();
    let cookie = "";
    {
      await using hub = await HttpHub.start({ folder: folder.path });
      const code = await codeFor(hub, hub.owner);
      const first = await logIn(hub, code);
      assert.equal(first.status, 204);
      assert.match(
        first.cookie,
        /^doorbell_session=session_[\w-]{32}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
      );
      cookie = first.cookie.split(";")[0] ?? "";
      assert.equal((await logIn(hub, code)).status, 401, "the link can be used again");
      const { inboxes } = await said(hub.ask("/v1/inboxes", { headers: { cookie } }));
      assert.equal((inboxes as unknown[]).length, 1);
      assert.equal((await hub.ask("/v1/links", { method: "POST", headers: { cookie } })).status, 403);
    }
    await using hub = await HttpHub.start({ folder: folder.path });
    assert.equal((await hub.ask("/v1/inboxes", { headers: { cookie: `a=b; ${cookie}; c=d` } })).status, 200);
    const out = await hub.ask("/v1/logout", { method: "POST", headers: { cookie } });
    assert.deepEqual(
      [out.status, out.headers.get("set-cookie")?.startsWith("doorbell_session=; Path=/; Max-Age=0")],
      [204, true],
    );
    assert.equal((await hub.ask("/v1/inboxes", { headers: { cookie } })).status, 401);
  });

  test("a cookie opens as a session alone: another port of this host may have set it", async () => {
    await using hub = await HttpHub.start({});
    for (const key of [hub.owner, hub.read, hub.manage])
      for (const path of ["/v1/inboxes", "/v1/items", "/v1/bells"])
        assert.equal((await hub.ask(path, { headers: { cookie: `doorbell_session=${key}` } })).status, 401, path);
  });

  test("a link ends after ten minutes", async () => {
    const clock = new FakeClock();
    await using world = await HttpWorld.open({ clock });
    const [early, late] = [await codeFor(world, world.inboxes.ownerKey), await codeFor(world, world.inboxes.ownerKey)];
    clock.advance(599_999);
    assert.equal((await logIn(world, early)).status, 204);
    clock.advance(1);
    assert.equal((await logIn(world, late)).status, 401);
  });

  test("a hundred links wait; one more ends the oldest", async () => {
    await using world = await HttpWorld.open();
    const codes: string[] = [];
    for (let n = 0; n <= 100; n += 1) codes.push(await codeFor(world, world.inboxes.ownerKey));
    assert.equal((await logIn(world, codes[0] ?? "")).status, 401);
    assert.equal((await logIn(world, codes[1] ?? "")).status, 204);
    assert.equal((await logIn(world, codes[100] ?? "")).status, 204);
  });

  test("behind TLS the session goes over TLS alone", async () => {
    await using world = await HttpWorld.open({ url: "https://bell.example.org" });
    const { url } = await said(world.ask("/v1/links", { method: "POST", key: world.inboxes.ownerKey }));
    const [, code = ""] = /^https:\/\/bell\.example\.org\/login#(.*)$/.exec(String(url)) ?? [];
    assert.match((await logIn(world, code)).cookie, /; Secure$/);
  });

  for (const json of [{}, { code: 7 }, { code: "x".repeat(65) }, { code: "x", more: 1 }])
    test(`${JSON.stringify(json).slice(0, 20)} is no code`, async () => {
      await using world = await HttpWorld.open();
      assert.equal((await world.ask("/v1/login", { json })).status, 400);
    });
});
