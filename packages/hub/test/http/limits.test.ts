/** T31: every limit of the HTTP door, at it and one past it. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";

import { FakeClock } from "@doorbell-js/test-support/fake-clock";
import { until } from "@doorbell-js/test-support/until";

import { said } from "../support/asking.ts";
import { EventReader } from "../support/event-reader.ts";
import { HttpWorld } from "../support/http-world.ts";
import { rawHttp } from "../support/raw-http.ts";

/** Connections that say nothing. */
async function held(port: number, count: number): Promise<readonly Socket[] & Disposable> {
  const sockets = Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => {}));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  return Object.assign(sockets, {
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
    },
  });
}

for (const [what, limits] of [
  ["connections", { connectionsMax: 3 }],
  ["connections from one address", { connectionsPerAddressMax: 3 }],
] as const)
  test(`${what}: the last is served, one more is told, and nothing that it asks for is done`, async () => {
    await using world = await HttpWorld.open({ limits });
    const ring = `POST ${world.bell} HTTP/1.1\r\nHost: localhost:${world.port}\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx`;
    {
      using _two = await held(world.port, 2);
      assert.match(await rawHttp(world.port, ring), /^HTTP\/1\.1 200 /);
      using _three = await held(world.port, 1);
      await until("the third is counted", async () => !(await rawHttp(world.port, ring)).startsWith("HTTP/1.1 200 "));
      const count = world.inboxes.newest;
      const answer = await rawHttp(world.port, ring);
      assert.match(answer, /^HTTP\/1\.1 503 .*"code":"TooManyConnections"/s);
      assert.equal(world.inboxes.newest, count);
    }
    await until("room again", async () => (await rawHttp(world.port, ring)).startsWith("HTTP/1.1 200 "));
    assert.match(await (await world.ask("/metrics")).text(), /connections_refused_total [1-9]/);
  });

test("a request and 32 that wait behind it are answered; one more is told, and not done", async () => {
  await using world = await HttpWorld.open();
  const rings = (count: number): string =>
    `POST ${world.bell} HTTP/1.1\r\nHost: localhost:${world.port}\r\nContent-Length: 1\r\n\r\nx`.repeat(count);
  const last = `GET /health HTTP/1.1\r\nHost: localhost:${world.port}\r\nConnection: close\r\n\r\n`;
  const statuses = async (requests: string): Promise<readonly (string | undefined)[]> =>
    [...(await rawHttp(world.port, requests)).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
  assert.deepEqual(
    await statuses(rings(32) + last),
    Array.from({ length: 33 }, () => "200"),
  );
  assert.equal(world.inboxes.newest, 32);
  assert.deepEqual(await statuses(rings(34)), [...Array.from({ length: 33 }, () => "200"), "503"]);
  assert.equal(world.inboxes.newest, 32 + 33);
});

test("a body of 16384 bytes is read, one more byte is refused, by its length or in chunks", async () => {
  await using world = await HttpWorld.open();
  const body = (bytes: number): string => "x".repeat(bytes);
  assert.equal((await world.ask(world.bell, { body: body(16_384) })).status, 200);
  const more = await said(world.ask(world.bell, { body: body(16_385) }));
  assert.deepEqual([more.status, more["code"]], [413, "TooLarge"]);
  const chunked = await rawHttp(
    world.port,
    `POST ${world.bell} HTTP/1.1\r\nHost: localhost:${world.port}\r\nTransfer-Encoding: chunked\r\n\r\n4001\r\n${body(0x4001)}\r\n0\r\n\r\n`,
  );
  assert.match(chunked, /^HTTP\/1\.1 413 /);
  assert.equal(world.inboxes.newest, 1);
});

test("headers of 16384 bytes are read, more are refused", async () => {
  await using world = await HttpWorld.open();
  const request = (bytes: number): string => {
    const start = `GET /health HTTP/1.1\r\nHost: localhost:${world.port}\r\nConnection: close\r\nX-Fill: `;
    return `${start}${"x".repeat(bytes - start.length - 4)}\r\n\r\n`;
  };
  assert.match(await rawHttp(world.port, request(16_300)), /^HTTP\/1\.1 200 /);
  assert.match(await rawHttp(world.port, request(16_500)), /^HTTP\/1\.1 431 .*"code":"HeadersTooLarge"/s);
  // No header is dropped in silence, however many there are.
  const many = Array.from({ length: 2_500 }, (_, n) => `y:${n % 10}\r\n`).join("");
  const ring = `POST ${world.bell} HTTP/1.1\r\nHost: localhost:${world.port}\r\nConnection: close\r\n${many}Title: last\r\nContent-Length: 1\r\n\r\nx`;
  assert.match(await rawHttp(world.port, ring), /^HTTP\/1\.1 200 .*"title":"last"/s);
});

for (const [what, limits, code] of [
  ["streams of events in all", { readersMax: 2 }, "the hub has as many"],
  ["streams of events of an inbox", { readersPerInboxMax: 2 }, "the inbox has as many"],
] as const)
  test(`${what}: the last is served, one more is refused`, async () => {
    await using world = await HttpWorld.open({ limits });
    const headers = { authorization: `Bearer ${world.inboxes.readingKey}` };
    using first = new EventReader(`${world.url}/v1/events`, headers);
    {
      using second = new EventReader(`${world.url}/v1/events`, headers);
      for (const each of [first, second]) await each.hears("ready", () => each.events.length === 1);
      const third = await world.ask("/v1/events", { headers });
      assert.equal(third.status, 503);
      assert.equal(third.headers.get("retry-after"), "5");
      const { code: told, error } = (await third.json()) as { code: string; error: string };
      assert.equal(told, "TooManyReaders");
      assert.match(error, new RegExp(code));
      assert.equal(world.inboxes.openReaders, 2);
    }
    await until("room again", () => world.inboxes.openReaders === 1);
    using again = new EventReader(`${world.url}/v1/events`, headers);
    await again.hears("ready", () => again.events.length === 1);
  });

test("60 wrong keys a minute are told what they are, further ones to wait; right ones are served", async () => {
  const clock = new FakeClock();
  await using world = await HttpWorld.open({ clock });
  const wrong = [
    (): Promise<Response> => world.ask(`/b/${"A".repeat(32)}`, { body: "x" }),
    (): Promise<Response> => world.ask("/v1/items", { key: `read_${"A".repeat(32)}` }),
    (): Promise<Response> => world.ask("/v1/items"),
    (): Promise<Response> => world.ask("/v1/login", { json: { code: "A".repeat(32) } }),
  ];
  for (let n = 0; n < 60; n += 1) assert.ok([401, 404].includes((await wrong[n % 4]!()).status));
  for (const each of wrong) {
    const response = await each();
    assert.deepEqual([response.status, response.headers.get("retry-after")], [429, "60"]);
    assert.equal(((await response.json()) as { code: string }).code, "RateLimited");
  }
  assert.equal((await world.ask(world.bell, { body: "x" })).status, 200);
  assert.equal((await world.ask("/v1/items", { key: world.inboxes.readingKey })).status, 200);
  clock.advance(59_999);
  assert.equal((await wrong[0]!()).status, 429);
  clock.advance(1);
  assert.equal((await wrong[0]!()).status, 404);
});
