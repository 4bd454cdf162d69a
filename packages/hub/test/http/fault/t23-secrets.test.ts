/** T23 over HTTP: no key, address, code or session is told where it does not belong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { report } from "@doorbell-js/test-support/results";

import { keysToJson, readKeys } from "../../../src/keys-file.ts";
import { said } from "../../support/asking.ts";
import { doorbell, startHubProcess } from "../../support/doorbell.ts";
import { HttpHub } from "../../support/http-hub.ts";
import { rawHttp } from "../../support/raw-http.ts";

/** How a secret may look where it leaked. */
function formsOf(secret: string): readonly string[] {
  const bare = secret.replace(/^[a-z]+_/, "");
  const bytes = Buffer.from(bare, "base64url");
  return [
    bare,
    bytes.toString("hex"),
    bytes.toString("base64"),
    Buffer.from(bare).toString("hex"),
    encodeURIComponent(bare),
  ];
}

function leaksIn(where: string, text: string, secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map((form) => `${where}: ${form}`),
  );
}

test(
  "T23 keys, addresses, codes and sessions are in no error, metric, log or event",
  { timeout: 120_000 },
  async (t) => {
    await using hub = await HttpHub.start();
    const bell = await hub.newBell("label of mine");
    const token = bell.slice("/b/".length);
    const { url } = await said(hub.ask("/v1/links", { method: "POST", key: hub.owner }));
    const code = String(url).slice(-32);
    const login = await hub.ask("/v1/login", { json: { code } });
    const session = /session_[\w-]{32}/.exec(login.headers.get("set-cookie") ?? "")?.[0] ?? "";
    assert.notEqual(session, "");
    const secrets = [hub.owner, hub.read, hub.manage, token, code, session];
    const seen: [string, string][] = [];
    const see = async (where: string, response: Promise<Response>): Promise<void> => {
      const { status, headers, ...answer } = await response.then(async (r) => ({
        status: r.status,
        headers: JSON.stringify([...r.headers]),
        text: await r.text(),
      }));
      seen.push([`${where} ${status}`, headers + answer.text]);
    };
    for (const key of [hub.owner, hub.read, hub.manage, session, token, `${hub.read}x`])
      for (const path of [
        "/v1/items?limit=9999",
        "/v1/inbox",
        "/v1/bells",
        "/v1/bells/77",
        "/v1/inboxes",
        "/v1/sources",
        `/${key}`,
        `/v1/items?after=${key}`,
      ])
        await see(path.replace(key, "KEY"), hub.ask(path, { key }));
    for (const body of ["x", "\u0000", "x".repeat(20_000)]) await see("ring", hub.ask(bell, { body }));
    await see("ring with another method", hub.ask(bell, { method: "DELETE" }));
    await see("ring's page", hub.ask(bell));
    await see("ring by topic", hub.ask("/b", { json: { topic: token, message: "hi" } }));
    await see("ring that is refused", hub.ask(bell, { body: "x", headers: { Attach: token } }));
    await see("the code again", hub.ask("/v1/login", { json: { code } }));
    await see("metrics", hub.ask("/metrics"));
    await see("health", hub.ask("/health"));
    await see("items", hub.ask("/v1/items", { key: hub.read }));
    seen.push([
      "raw",
      await rawHttp(
        hub.port,
        `POST ${bell} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${hub.owner}\r\nCookie: doorbell_session=${session}\r\n\r\n`,
      ),
    ]);
    seen.push(["log", inspect(hub.logged, { depth: 9 })], ["hub", inspect(hub.hub, { depth: 9, showHidden: true })]);
    seen.push(["report", inspect(await hub.hub.inspect(), { depth: 9 })]);
    const leaks = seen.flatMap(([where, text]) => leaksIn(where, text, secrets));
    assert.deepEqual(leaks, []);
    const metrics = seen.find(([where]) => where.startsWith("metrics"))?.[1] ?? "";
    assert.doesNotMatch(metrics, /label of mine|"me"/, "the metrics tell a name that somebody chose");
    // What is looked for is found where it is.
    assert.equal(leaksIn("canary", `x ${token} y`, secrets).length > 0, true);
    report(t, `T23 http: ${secrets.length} secrets in ${formsOf(token).length} forms, ${seen.length} places, 0 hits`);
  },
);

test("T23 a hub that is verbose says nothing of them either", { timeout: 60_000 }, async () => {
  await using hub = await startHubProcess({ args: ["--verbose"], http: true });
  const keys = readKeys(hub.data);
  assert.ok(keys !== undefined);
  const { owner, inboxes } = keysToJson(keys);
  const secrets = [owner, ...Object.values(inboxes).flatMap(({ read = "", manage = "" }) => [read, manage])];
  const at = `http://127.0.0.1:${hub.httpPort}`;
  const made = await said(
    fetch(`${at}/v1/bells`, {
      method: "POST",
      body: '{"label":"x"}',
      headers: { authorization: `Bearer ${secrets[2]}`, "content-type": "application/json" },
    }),
  );
  const address = String(made["address"]);
  secrets.push(address.slice(-32));
  for (const key of secrets) await fetch(`${at}/v1/items?limit=0`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await fetch(address, { method: "POST", body: "hi" })).status, 200);
  await fetch(`${address}x`, { method: "POST", body: "hi" });
  const status = await doorbell(["status", ...hub.at]);
  hub.program.signal("SIGTERM");
  await hub.program.ended;
  for (const text of [hub.program.stdout, hub.program.stderr, status.stdout, status.stderr])
    assert.deepEqual(leaksIn("output", text, secrets), []);
});
