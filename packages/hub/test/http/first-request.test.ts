/** What answers requests is loaded for the first of them. */
import assert from "node:assert/strict";
import { subscribe } from "node:diagnostics_channel";
import { test } from "node:test";

import { within } from "@doorbell-js/test-support/until";

import { HttpWorld } from "../support/http-world.ts";
import { rawHttp } from "../support/raw-http.ts";

test("first requests that come together are answered each, those of one connection in order", async () => {
  await using world = await HttpWorld.open();
  const ring = (text: string): string =>
    `POST ${world.bell} HTTP/1.1\r\nHost: localhost:${world.port}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const health = `GET /health HTTP/1.1\r\nHost: localhost:${world.port}\r\n\r\n`;
  const piped = rawHttp(world.port, ring("one") + health + ring("three"));
  const others = await Promise.all(Array.from({ length: 50 }, async () => (await world.ask("/health")).status));
  assert.deepEqual(
    others,
    Array.from({ length: 50 }, () => 200),
  );
  const first = await piped;
  assert.equal(first.match(/HTTP\/1\.1 200 /g)?.length, 3, first);
  assert.match(first, /"message":"one".*"status".*"message":"three"/s);
});

test("what is no request is answered before anything is loaded", async () => {
  await using world = await HttpWorld.open();
  assert.match(await rawHttp(world.port, "hello\r\n\r\n"), /^HTTP\/1\.1 400 .*"code":"BadRequest"/s);
});

test("a door that closes while the first request waits answers it, and ends", async () => {
  const world = await HttpWorld.open();
  const request = `GET /health HTTP/1.1\r\nHost: localhost:${world.port}\r\n\r\n`;
  // Node says so when it has one: what answers it takes longer to load.
  const come = new Promise((resolve) => subscribe("http.server.request.start", resolve));
  const answer = rawHttp(world.port, request);
  await within("the request", come);
  await within("the end", world[Symbol.asyncDispose](), 10_000);
  assert.match(await answer, /^HTTP\/1\.1 200 /);
});
