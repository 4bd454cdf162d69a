/** Inboxes and bells over a whole hub: what each key opens, and what it gives. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { said } from "../support/asking.ts";
import { EventReader } from "../support/event-reader.ts";
import { HttpHub } from "../support/http-hub.ts";

describe("managing", () => {
  let hub: HttpHub;
  before(async () => {
    hub = await HttpHub.start();
  });
  after(() => hub[Symbol.asyncDispose]());

  /** Another inbox, with keys of its own. */
  async function newInbox(name: string): Promise<{ id: number; readingKey: string; managingKey: string }> {
    const { status, inbox, readingKey, managingKey } = await said(
      hub.ask("/v1/inboxes", { key: hub.owner, json: { name } }),
    );
    assert.equal(status, 201);
    return { id: (inbox as { id: number }).id, readingKey: String(readingKey), managingKey: String(managingKey) };
  }

  test("a bell is made, looked at, changed and revoked; its address is told once", async () => {
    const key = hub.manage;
    const made = await said(hub.ask("/v1/bells", { key, json: { label: "backup", perMinute: 7, ringsMax: 3 } }));
    assert.equal(made.status, 201);
    const address = String(made["address"]);
    assert.match(address, new RegExp(`^${hub.url}/b/[\\w-]{32}$`));
    const bell = made["bell"] as { id: number; state: string; label: string };
    assert.deepEqual([bell.state, bell.label], ["active", "backup"]);
    assert.equal((await hub.ask(address, { body: "x" })).status, 200);
    const seen = await said(hub.ask(`/v1/bells/${bell.id}`, { key }));
    assert.deepEqual([seen["rings"], seen["perMinute"], (seen["ringsByHour"] as unknown[]).length], [1, 7, 1]);
    assert.ok(!JSON.stringify(seen).includes(address.slice(-32)), "its address is told again");
    const changed = await said(
      hub.ask(`/v1/bells/${bell.id}`, { key, method: "PATCH", json: { label: "b", paused: true } }),
    );
    assert.deepEqual([changed["label"], changed["state"]], ["b", "paused"]);
    const { bells } = await said(hub.ask("/v1/bells", { key }));
    assert.ok((bells as { id: number }[]).some(({ id }) => id === bell.id));
    assert.equal((await hub.ask(`/v1/bells/${bell.id}`, { key, method: "DELETE" })).status, 204);
    assert.equal((await said(hub.ask(address, { body: "x" })))["code"], "UnknownBell");
  });

  test("an inbox is looked at and changed, and is not what others are", async () => {
    const { managingKey: key } = await newInbox("work");
    const json = { name: "office", retention: { itemsMax: 10, whenFull: "refuse" } };
    assert.equal((await hub.ask("/v1/inbox", { key, method: "PATCH", json })).status, 200);
    const { name, retention } = await said(hub.ask("/v1/inbox", { key }));
    assert.equal(name, "office");
    assert.deepEqual(retention, { itemsMax: 10, ageMaxMs: 2_592_000_000, bytesMax: 67_108_864, whenFull: "refuse" });
    assert.equal((await said(hub.ask("/v1/inbox", { key: hub.manage })))["name"], "me");
  });

  test("a key is replaced: the old one ends, and so does what it reads", async () => {
    const { readingKey, managingKey } = await newInbox("keys");
    using events = new EventReader(`${hub.url}/v1/events`, { authorization: `Bearer ${readingKey}` });
    await events.hears("ready", () => events.events.length === 1);
    const { key } = await said(hub.ask("/v1/inbox/keys", { key: managingKey, json: { which: "read" } }));
    await events.hears("the end", () => events.isOver);
    assert.equal((await hub.ask("/v1/items", { key: readingKey })).status, 401);
    assert.equal((await hub.ask("/v1/items", { key: String(key) })).status, 200);
    const other = await said(hub.ask("/v1/inbox/keys", { key: managingKey, json: { which: "manage" } }));
    assert.equal((await hub.ask("/v1/inbox", { key: managingKey })).status, 401);
    assert.equal((await hub.ask("/v1/inbox", { key: String(other["key"]) })).status, 200);
  });

  test("the owner has all inboxes, and says which", async () => {
    const { id, readingKey } = await newInbox("gone");
    const { inboxes } = await said(hub.ask("/v1/inboxes", { key: hub.owner }));
    assert.ok((inboxes as { name: string }[]).map(({ name }) => name).includes("gone"));
    assert.equal((await said(hub.ask(`/v1/inbox?inbox=${id}`, { key: hub.owner })))["name"], "gone");
    assert.equal((await said(hub.ask(`/v1/items?inbox=${id}`, { key: hub.owner })))["newest"], 0);
    const which = await said(hub.ask("/v1/inbox", { key: hub.owner }));
    assert.deepEqual([which.status, which["code"]], [400, "InvalidArgument"]);
    assert.equal((await hub.ask(`/v1/inboxes/${id}`, { key: hub.owner, method: "DELETE" })).status, 204);
    assert.equal((await hub.ask("/v1/items", { key: readingKey })).status, 401);
    assert.equal((await said(hub.ask(`/v1/inbox?inbox=${id}`, { key: hub.owner }))).status, 404);
  });

  test("pages go both ways, and find", async () => {
    const { managingKey: key, readingKey } = await newInbox("pages");
    const { address } = await said(hub.ask("/v1/bells", { key, json: { label: "p" } }));
    for (let n = 1; n <= 5; n += 1) await hub.ask(String(address), { body: `text ${n}` });
    const page = async (query: string): Promise<unknown[]> => {
      const { items, more, newest, oldest } = await said(hub.ask(`/v1/items${query}`, { key: readingKey }));
      return [(items as { sequence: number }[]).map(({ sequence }) => sequence), more, newest, oldest];
    };
    assert.deepEqual(await page(""), [[5, 4, 3, 2, 1], false, 5, 1]);
    assert.deepEqual(await page("?after=1&limit=2"), [[2, 3], true, 5, 1]);
    assert.deepEqual(await page("?before=3"), [[2, 1], false, 5, 1]);
    assert.deepEqual(await page("?search=TEXT%204"), [[4], false, 5, 1]);
    for (const query of [
      "?limit=0",
      "?limit=101",
      "?after=1&before=2",
      "?after=x",
      "?limit=",
      "?search=a&search=b",
      "?from=1",
      "?inbox=x",
    ]) {
      const answer = await said(hub.ask(`/v1/items${query}`, { key: readingKey }));
      assert.deepEqual([answer.status, answer["code"]], [400, "InvalidArgument"], query);
    }
  });

  for (const [what, path, method, json, message] of [
    ["a label that is none", "/v1/bells", "POST", { label: 7 }, /label must be string/],
    ["no label", "/v1/bells", "POST", {}, /required property 'label'/],
    ["an empty label", "/v1/bells", "POST", { label: "" }, /label is 1 to 64 bytes/],
    ["an unknown field", "/v1/bells", "POST", { label: "x", perMinut: 3 }, /the body has no field "perMinut"/],
    ["half a ring", "/v1/bells", "POST", { label: "x", perMinute: 1.5 }, /perMinute must be integer/],
    ["no ring at all", "/v1/bells", "POST", { label: "x", perMinute: 0 }, /perMinute is a whole number from 1/],
    ["a time that is over", "/v1/bells", "POST", { label: "x", expiresAt: 1 }, /expiresAt is over/],
    ["a name with blanks", "/v1/inbox", "PATCH", { name: "my inbox" }, /an inbox's name is 1 to 63/],
    [
      "another key",
      "/v1/inbox/keys",
      "POST",
      { which: "owner" },
      /which must be equal to one of the allowed values: read, manage/,
    ],
    [
      "a choice that is none",
      "/v1/inbox",
      "PATCH",
      { retention: { whenFull: "panic" } },
      /retention.whenFull must be equal to one of/,
    ],
    ["a list", "/v1/bells", "POST", [], /the body must be object/],
  ] as const)
    test(`${what} is refused in words`, async () => {
      const answer = await said(hub.ask(path, { key: hub.manage, method, json }));
      assert.deepEqual([answer.status, answer["code"]], [400, "InvalidArgument"]);
      assert.match(String(answer["error"]), message);
    });

  test("a body that is no JSON, or not called so, is refused", async () => {
    const key = hub.manage;
    for (const [headers, body, status] of [
      [{ "content-type": "application/json" }, "{", 400],
      [{ "content-type": "application/json" }, '{"__proto__":{"label":"x"}}', 400],
      [{ "content-type": "text/plain" }, '{"label":"x"}', 415],
      [{ "content-type": "application/x-www-form-urlencoded" }, "label=x", 415],
    ] as const)
      assert.equal((await hub.ask("/v1/bells", { key, headers, body })).status, status, body);
  });

  test("each key opens what is its own, and nothing else", async () => {
    const { id, readingKey, managingKey } = await newInbox("rights");
    const bell = await hub.newBell("rights");
    const keys = {
      none: undefined,
      "of nobody": `read_${"A".repeat(32)}`,
      "a bell's address": bell.slice(3),
      reading: readingKey,
      managing: managingKey,
      owner: hub.owner,
    } as const;
    const [read, manage, own] = [["reading", "owner"], ["managing", "owner"], ["owner"]] as const;
    const routes: readonly (readonly [method: string, path: string, opens: readonly string[], json?: object])[] = [
      ["GET", "/v1/items", read],
      ["GET", "/v1/inbox", manage],
      ["PATCH", "/v1/inbox", manage, {}],
      ["GET", "/v1/bells", manage],
      ["GET", "/v1/bells/999999", manage],
      ["PATCH", "/v1/bells/999999", manage, {}],
      ["DELETE", "/v1/bells/999999", manage],
      ["POST", "/v1/bells", manage, { label: "x" }],
      ["GET", "/v1/inboxes", own],
      ["DELETE", "/v1/inboxes/999999", own],
      ["POST", "/v1/links", own],
      ["GET", "/v1/sources", own],
      ["GET", "/v1/sources/none/events", own],
      ["POST", "/v1/ads", own, { text: "ad" }],
    ];
    for (const [method, path, opens, json] of routes)
      for (const [name, key] of Object.entries(keys)) {
        const query = name === "owner" ? `?inbox=${id}` : "";
        const response = await hub.ask(path + query, {
          method,
          ...(key !== undefined && { key }),
          ...(json && { json }),
        });
        const isRefused = response.status === 401 || response.status === 403;
        assert.equal(!isRefused, opens.includes(name), `${method} ${path} with a key ${name}: ${response.status}`);
        // What opens nothing is not told why.
        if (name === "of nobody" && response.status === 401)
          assert.equal(((await response.json()) as { code: string }).code, "AccessDenied");
      }
  });
});
