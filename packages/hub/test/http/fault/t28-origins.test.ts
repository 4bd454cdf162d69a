/** T28 without a browser: what other sites' pages could make one send is refused before anything changes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { HttpWorld } from "../../support/http-world.ts";
import { rawHttp } from "../../support/raw-http.ts";

/** 403: it was understood, and is another site's; 400: it can be read in two ways, or not at all. */
type Case = readonly [what: string, headers: (port: number) => readonly string[], answer: "served" | 403 | 400];

const hosts: readonly Case[] = [
  ["localhost", (port) => [`Host: localhost:${port}`], "served"],
  ["LOCALHOST", (port) => [`Host: LOCALHOST:${port}`], "served"],
  ["127.0.0.1", (port) => [`Host: 127.0.0.1:${port}`], "served"],
  ["[::1]", (port) => [`Host: [::1]:${port}`], "served"],
  ["no Host", () => [], 400],
  ["an empty one", () => ["Host:"], 400],
  ["another name", (port) => [`Host: evil.example:${port}`], 403],
  ["a name that looks like ours", (port) => [`Host: 127.0.0.1.evil.example:${port}`], 403],
  ["a name before ours", (port) => [`Host: 127.evil.example:${port}`], 403],
  ["localhost with a dot", (port) => [`Host: localhost.:${port}`], 403],
  ["another loopback", (port) => [`Host: 127.0.0.2:${port}`], 403],
  ["an address of one number", (port) => [`Host: 2130706433:${port}`], 403],
  ["[::ffff:127.0.0.1]", (port) => [`Host: [::ffff:127.0.0.1]:${port}`], 403],
  ["another port", () => ["Host: localhost:1"], 403],
  ["no port", () => ["Host: localhost"], 403],
  ["a user before it", (port) => [`Host: localhost:${port}@evil.example`], 400],
  ["ours after a user", (port) => [`Host: evil.example@localhost:${port}`], 400],
  ["a path after it", (port) => [`Host: localhost:${port}/evil`], 400],
  ["two, with a comma", (port) => [`Host: localhost:${port}, evil.example`], 400],
  ["two", (port) => [host(port), "Host: evil.example"], 400],
  ["two, the other first", (port) => ["Host: evil.example", host(port)], 400],
  ["ours twice", (port) => [host(port), `hOST: localhost:${port}`], 400],
  ["0.0.0.0", (port) => [`Host: 0.0.0.0:${port}`], 403],
];

/** All that the guard and the routes trust, said twice. */
const repeated: readonly Case[] = [
  ["Origin", "http://localhost:PORT", "http://evil.example"],
  ["Origin", "http://localhost:PORT", "http://localhost:PORT"],
  ["Sec-Fetch-Site", "same-origin", "cross-site"],
  ["Sec-Fetch-Site", "same-origin", "same-origin"],
  ["Sec-Fetch-Mode", "navigate", "cors"],
  ["Sec-Fetch-Dest", "document", "image"],
  ["Authorization", "Bearer one", "Bearer two"],
  ["Cookie", "doorbell_session=one", "doorbell_session=two"],
  ["Content-Type", "application/json", "text/plain"],
  ["Idempotency-Key", "one", "two"],
  ["Last-Event-ID", "1", "2"],
].map(([name, ...values]): Case => [
  `${name} twice: ${values.join(", ")}`,
  (port) => [host(port), ...values.map((value) => `${name}: ${value.replace("PORT", String(port))}`)],
  400,
]);

function host(port: number): string {
  return `Host: localhost:${port}`;
}

const origins: readonly Case[] = [
  ["ours", (port) => [host(port), `Origin: http://localhost:${port}`], "served"],
  ["ours by number", (port) => [host(port), `Origin: http://127.0.0.1:${port}`], "served"],
  ["another", (port) => [host(port), "Origin: http://evil.example"], 403],
  ["null", (port) => [host(port), "Origin: null"], 403],
  ["ours at another port", (port) => [host(port), "Origin: http://localhost:1"], 403],
  ["ours by TLS", (port) => [host(port), `Origin: https://localhost:${port}`], 403],
  ["ours after a user", (port) => [host(port), `Origin: http://evil.example@localhost:${port}`], 403],
  ["ours and more", (port) => [host(port), `Origin: http://localhost:${port}.evil.example`], 403],
  ["two", (port) => [host(port), `Origin: http://localhost:${port} http://evil.example`], 403],
  ["a file", (port) => [host(port), "Origin: file://"], 403],
  ["of an extension", (port) => [host(port), "Origin: moz-extension://0"], 403],
];

const sites: readonly Case[] = [
  ["same-origin", (port) => [host(port), "Sec-Fetch-Site: same-origin"], "served"],
  ["none", (port) => [host(port), "Sec-Fetch-Site: none"], "served"],
  ["cross-site", (port) => [host(port), "Sec-Fetch-Site: cross-site"], 403],
  ["same-site, of another port", (port) => [host(port), "Sec-Fetch-Site: same-site"], 403],
  [
    "a form of another site",
    (port) => [host(port), "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
    403,
  ],
  ["a word that is none", (port) => [host(port), "Sec-Fetch-Site: evil"], 403],
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
    for (const [what, headers, expected] of [...hosts, ...origins, ...sites, ...repeated])
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
        assert.equal(refusalOf(answer), expected, `${start} with ${what}: ${answer}`);
        if (expected !== "served")
          assert.equal(JSON.stringify([inboxes.changes, world.posted]), before, `${start} with ${what} was done`);
        assert.doesNotMatch(answer, /access-control-allow/i, "another site is let in");
      }
    report(t, `T28 http: ${cases} requests, 0 of the refused ones did anything`);
  },
);

/** Reads from an answer how the guard refused the request, or that it did not. */
function refusalOf(answer: string): 403 | 400 | "served" {
  if (/^HTTP\/1\.1 403 [\s\S]*"code":"Wrong(Host|Origin)"/.test(answer)) return 403;
  if (/^HTTP\/1\.1 400 [\s\S]*"error":"(the header (Host|[a-z-]+ stands)|a request of HTTP)/.test(answer)) return 400;
  return "served";
}

test("a refusal names the header, and ends the connection", async () => {
  await using world = await HttpWorld.open();
  const answer = await rawHttp(
    world.port,
    `GET /health HTTP/1.1\r\n${host(world.port)}\r\nORIGIN: null\r\norigin: null\r\n\r\n` +
      `POST ${world.bell} HTTP/1.1\r\n${host(world.port)}\r\nContent-Length: 1\r\n\r\nx`,
    { end: false },
  );
  assert.match(
    answer,
    /^HTTP\/1\.1 400 [^]*\r\nconnection: close\r\n[^]*"the header origin stands there more than once/,
  );
  assert.equal(answer.split("HTTP/1.1").length, 2);
  assert.deepEqual(world.inboxes.changes, []);
  assert.match(
    await (await world.ask("/metrics")).text(),
    /^doorbell_http_requests_refused_total{reason="BadRequest"} 1$/m,
  );
});

test("what Node would answer or decode by itself is looked at, too", async () => {
  await using world = await HttpWorld.open();
  const { port, inboxes } = world;
  const ring = async (...headers: readonly string[]): Promise<string> => {
    const lines = [`POST ${world.bell} HTTP/1.1`, ...headers, "Connection: close"];
    return (await rawHttp(port, `${lines.join("\r\n")}\r\n\r\n1\r\nx\r\n0\r\n\r\n`)).slice(9, 12);
  };
  const before = JSON.stringify(inboxes.changes);
  for (const coding of ["gzip, chunked", "identity", "chunked, chunked", "xchunked"])
    assert.equal(await ring(host(port), `Transfer-Encoding: ${coding}`), "400", coding);
  assert.equal(await ring("Host: evil.example", "Expect: x", "Transfer-Encoding: chunked"), "403");
  assert.equal(await ring(host(port), host(port), "Expect: x", "Transfer-Encoding: chunked"), "400");
  assert.equal(JSON.stringify(inboxes.changes), before);
  assert.equal(await ring(host(port), "Transfer-Encoding: CHUNKED"), "200");
});

test("an address with a host in it, as proxies are sent it, has that of the header", async () => {
  await using world = await HttpWorld.open();
  const { port } = world;
  const get = async (target: string, version = "1.1", headers = [host(port)]): Promise<string> => {
    const lines = [`GET ${target} HTTP/${version}`, ...headers, "Connection: close"];
    return (await rawHttp(port, `${lines.join("\r\n")}\r\n\r\n`)).slice(9, 12);
  };
  assert.equal(await get(`http://LOCALHOST:${port}/health`), "200");
  assert.equal(await get(`http://evil.example/health`), "400");
  assert.equal(await get(`http://evil.example:${port}/health`), "400");
  assert.equal(await get(`http://evil.example@localhost:${port}/health`), "400");
  assert.equal(await get(`http://localhost:${port}@evil.example/health`), "400");
  assert.equal(await get(`http://localhost:${port}.evil.example/health`), "400");
  assert.equal(await get(`http://evil.example/health`, "1.1", ["Host: evil.example"]), "403");
  assert.equal(await get("/health", "1.0", []), "403", "a request of HTTP/1.0 has no Host, and names none of ours");
});

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
