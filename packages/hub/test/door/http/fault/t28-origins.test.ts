/** T28 without a browser: what other sites' pages could make one send is refused before anything changes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { HttpWorld } from "../../../support/http-world.ts";
import { rawHttp } from "../../../support/raw-http.ts";
import { report } from "../../../support/results.ts";

type Case = readonly [what: string, headers: (port: number) => readonly string[], isServed: boolean];

const hosts: readonly Case[] = [
  ["localhost", (port) => [`Host: localhost:${port}`], true],
  ["LOCALHOST", (port) => [`Host: LOCALHOST:${port}`], true],
  ["127.0.0.1", (port) => [`Host: 127.0.0.1:${port}`], true],
  ["[::1]", (port) => [`Host: [::1]:${port}`], true],
  ["no Host", () => [], false],
  ["an empty one", () => ["Host:"], false],
  ["another name", (port) => [`Host: evil.example:${port}`], false],
  ["a name that looks like ours", (port) => [`Host: 127.0.0.1.evil.example:${port}`], false],
  ["a name before ours", (port) => [`Host: 127.evil.example:${port}`], false],
  ["localhost with a dot", (port) => [`Host: localhost.:${port}`], false],
  ["another loopback", (port) => [`Host: 127.0.0.2:${port}`], false],
  ["an address of one number", (port) => [`Host: 2130706433:${port}`], false],
  ["[::ffff:127.0.0.1]", (port) => [`Host: [::ffff:127.0.0.1]:${port}`], false],
  ["another port", () => ["Host: localhost:1"], false],
  ["no port", () => ["Host: localhost"], false],
  ["a user before it", (port) => [`Host: localhost:${port}@evil.example`], false],
  ["ours after a user", (port) => [`Host: evil.example@localhost:${port}`], false],
  ["a path after it", (port) => [`Host: localhost:${port}/evil`], false],
  ["0.0.0.0", (port) => [`Host: 0.0.0.0:${port}`], false],
];

function host(port: number): string {
  return `Host: localhost:${port}`;
}

const origins: readonly Case[] = [
  ["ours", (port) => [host(port), `Origin: http://localhost:${port}`], true],
  ["ours by number", (port) => [host(port), `Origin: http://127.0.0.1:${port}`], true],
  ["another", (port) => [host(port), "Origin: http://evil.example"], false],
  ["null", (port) => [host(port), "Origin: null"], false],
  ["ours at another port", (port) => [host(port), "Origin: http://localhost:1"], false],
  ["ours by TLS", (port) => [host(port), `Origin: https://localhost:${port}`], false],
  ["ours after a user", (port) => [host(port), `Origin: http://evil.example@localhost:${port}`], false],
  ["ours and more", (port) => [host(port), `Origin: http://localhost:${port}.evil.example`], false],
  ["two", (port) => [host(port), `Origin: http://localhost:${port} http://evil.example`], false],
  ["a file", (port) => [host(port), "Origin: file://"], false],
  ["of an extension", (port) => [host(port), "Origin: moz-extension://0"], false],
];

const sites: readonly Case[] = [
  ["same-origin", (port) => [host(port), "Sec-Fetch-Site: same-origin"], true],
  ["none", (port) => [host(port), "Sec-Fetch-Site: none"], true],
  ["cross-site", (port) => [host(port), "Sec-Fetch-Site: cross-site"], false],
  ["same-site, of another port", (port) => [host(port), "Sec-Fetch-Site: same-site"], false],
  [
    "a form of another site",
    (port) => [host(port), "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
    false,
  ],
  ["a word that is none", (port) => [host(port), "Sec-Fetch-Site: evil"], false],
];

test(
  "T28 Host, Origin and Sec-Fetch-Site: served or refused, and no refused one changes anything",
  { timeout: 120_000 },
  async (t) => {
    await using world = await HttpWorld.open();
    const { inboxes, port } = world;
    const key = `Authorization: Bearer ${inboxes.ownerKey}`;
    const json = "Content-Type: application/json";
    const requests: readonly (readonly [start: string, headers: readonly string[], body: string])[] = [
      [`POST ${world.bell}`, [], "x"],
      [`GET ${world.bell}/trigger?m=x`, [], ""],
      ["POST /v1/bells", [key, json], '{"label":"x"}'],
      ["PATCH /v1/inbox", [key, json], '{"name":"x"}'],
      ["DELETE /v1/inboxes/1", [key], ""],
      ["POST /v1/ads", [key, json], '{"text":"x"}'],
      ["POST /v1/links", [key], ""],
      ["GET /v1/items", [key], ""],
      ["GET /health", [], ""],
      ["OPTIONS /v1/bells", [key], ""],
    ];
    let cases = 0;
    for (const [what, headers, isServed] of [...hosts, ...origins, ...sites])
      for (const [start, more, body] of requests) {
        const before = JSON.stringify([inboxes.changes, world.posted]);
        const lines = [
          `${start} HTTP/1.1`,
          ...headers(port),
          ...more,
          `Content-Length: ${body.length}`,
          "Connection: close",
        ];
        const answer = await rawHttp(port, `${lines.join("\r\n")}\r\n\r\n${body}`);
        cases += 1;
        const isRefused = /^HTTP\/1\.1 403 [\s\S]*"code":"Wrong(Host|Origin)"/.test(answer);
        assert.equal(isRefused, !isServed, `${start} with ${what}: ${answer}`);
        if (isRefused)
          assert.equal(JSON.stringify([inboxes.changes, world.posted]), before, `${start} with ${what} was done`);
        assert.doesNotMatch(answer, /access-control-allow/i, "another site is let in");
      }
    report(t, `T28 http: ${cases} requests, 0 of the refused ones did anything`);
  },
);

test("a followed link opens the page, and nothing else", async () => {
  await using world = await HttpWorld.open();
  const get = async (path: string, mode = "navigate", dest = "document"): Promise<string> => {
    const fetched = ["Sec-Fetch-Site: cross-site", `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${dest}`];
    const lines = [`GET ${path} HTTP/1.1`, host(world.port), ...fetched, "Connection: close"];
    return (await rawHttp(world.port, `${lines.join("\r\n")}\r\n\r\n`)).slice(9, 12);
  };
  for (const path of ["/", "/login"]) assert.notEqual(await get(path), "403");
  for (const path of ["/v1/items", "/health", `${world.bell}/trigger`, "/?x", "//evil.example"])
    assert.equal(await get(path), "403", path);
  assert.equal(await get("/", "navigate", "iframe"), "403");
  assert.equal(await get("/", "no-cors"), "403");
});

test("with --http-url its name is ours, too, and addresses begin with it", async () => {
  await using world = await HttpWorld.open({ url: "https://bell.example.org" });
  const get = async (...headers: readonly string[]): Promise<string> =>
    (await rawHttp(world.port, `GET /health HTTP/1.1\r\n${headers.join("\r\n")}\r\nConnection: close\r\n\r\n`)).slice(
      9,
      12,
    );
  assert.equal(await get("Host: bell.example.org"), "200");
  assert.equal(await get("Host: bell.example.org:443"), "200");
  assert.equal(await get("Host: bell.example.org", "Origin: https://bell.example.org"), "200");
  assert.equal(await get(host(world.port)), "200");
  assert.equal(await get("Host: bell.example.org:444"), "403");
  assert.equal(await get("Host: other.example.org"), "403");
  assert.equal(await get("Host: bell.example.org", "Origin: http://bell.example.org"), "403");
  assert.equal(await get("Host: bell.example.org", "Origin: https://evil.example"), "403");
});

test("a form's bodies are not taken where something is managed", async () => {
  await using world = await HttpWorld.open();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    const answer = await world.ask("/v1/bells", {
      key: world.inboxes.ownerKey,
      headers: { "content-type": type },
      body: '{"label":"x"}',
    });
    assert.equal(answer.status, 415, type);
  }
  assert.deepEqual(world.inboxes.changes, []);
});
