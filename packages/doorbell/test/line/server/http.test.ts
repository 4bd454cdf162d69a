/** A browser can be made to send a request to any port, by any page: with commands in its body. None may be performed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";
import { until } from "@doorbell-js/test-support/until";

import { isHttp } from "../../../src/line/server/commands.ts";
import { LineServer } from "../../../src/line/server/server.ts";
import { TestCore } from "../../support/core.ts";
import { kinds, listenAt, missing } from "../../support/doors.ts";
import { wire } from "../../support/wire.ts";

const LAST = "error: this is the line protocol, not HTTP: connect with a client of it, or send one command a line";

const http = [
  "GET /",
  "GET / HTTP/1.1",
  "GET /a?b=c HTTP/1.0 ",
  "POST / HTTP/1.1",
  "POST /x",
  "HEAD /",
  "OPTIONS *",
  "OPTIONS * HTTP/1.1",
  "CONNECT h:1",
  "CONNECT example.org:443 HTTP/1.1",
  "PRI * HTTP/2.0",
  "M-SEARCH * HTTP/1.1",
  "GET http://127.0.0.1:6789/ HTTP/1.1",
  "GET  /",
  "patch / HTTP/1.1",
  "notif / HTTP/1.1",
  "ping? HTTP/1.1",
  "x HTTP/2",
  "Host: 127.0.0.1:6789",
  "host:x",
  "HOST : x",
  "host\t: x",
  "get / http/1.1",
  "GET\t/\tHTTP/1.1",
  "post / HTTP/1.1",
  "post http://a/ HTTP/1.1",
  "key / HTTP/1.1",
  "key a:1 HTTP/1.0",
  "HTTP/1.1 200 OK",
];

const others = [
  "post GET / HTTP/1.1",
  "post Host: me",
  "post use HTTP/1.1",
  "post / is the root",
  "post  HTTP/1.1",
  "key GET/ HTTP/1.1",
  "random?",
  "notif random",
  "PING",
  "GET",
  "GET x",
  "POST a bicycle",
  "POST see: x",
  "HELLO to 10:30 am: all",
  "get /",
  "http/1.1",
  "HTTP/1.1",
  "x HTTP/1.1 y",
  "x HTTP/",
  "hosts: x",
  "a host: x",
  " GET /",
  " Host: x",
  "",
];

for (const line of http)
  for (const compat of ["answer", "silent", "original"] as const)
    test(`"${line}" ends the session, with compat "${compat}" too, and what follows does nothing`, () => {
      const ads: string[] = [];
      const world = new TestCore({ post: (text) => void ads.push(text), compat });
      const client = world.connect();
      assert.deepEqual(client.ask("stop_notif", "post an ad", line, "", "post spam", "notif"), ["OK", "OK", LAST]);
      assert.deepEqual(client.ask("", "post spam", line), []);
      assert.equal(client.carrier.ended, true);
      client.session.inputEnded();
      client.carrier.close();
      assert.deepEqual([ads, world.reasons, client.heard()], [["an ad"], ["http"], []]);
      assert.deepEqual([world.core.counters.closed.http, world.core.counters.unknown], [1, 0]);
    });

for (const line of others)
  test(`"${line}" is not HTTP`, () => {
    assert.equal(isHttp(line), false);
    const world = new TestCore({ post: () => {} });
    const client = world.connect();
    assert.equal(client.ask(line, "ping").at(-1), "pong");
    assert.equal(client.carrier.ended, false);
  });

test("HTTP behind a command that waits for its source is seen when its turn has come", async () => {
  let posted: () => void = () => {};
  const ads: string[] = [];
  const world = new TestCore({
    post: (text) => {
      ads.push(text);
      return new Promise((resolve) => (posted = resolve));
    },
  });
  const client = world.connect();
  assert.deepEqual(client.ask("post one", "Host: x", "post two"), []);
  posted();
  await new Promise(setImmediate);
  assert.deepEqual([client.heard(), ads], [["OK", LAST], ["one"]]);
});

test("the longest line costs little to look at", () => {
  const lines = [
    `GET ${"1:".repeat(8_000)}`,
    `${" HTTP/1".repeat(2_300)}x`,
    `A${"-".repeat(16_000)}`,
    `x HTTP/1${" ".repeat(16_000)}x`,
  ];
  const before = process.cpuUsage();
  for (const line of lines) assert.equal(isHttp(line), false);
  // A hundred times what was seen, of the processor's time: this process may have to wait for it.
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});

for (const kind of kinds)
  test(
    `over ${kind}: a request of a web page puts no ad on the board, in one segment or in two`,
    { skip: missing(kind) },
    async () => {
      using folder = newFolder();
      const ads: string[] = [];
      const reasons: string[] = [];
      await using server = new LineServer({
        sources: {},
        post: (text) => void ads.push(text),
        compat: "silent",
        log: (event) => reasons.push(event.type === "closed" ? event.reason : event.type),
      });
      const door = await listenAt(server, kind, folder);
      const head = "POST / HTTP/1.1\r\nHost: 127.0.0.1:6789\r\nContent-Length: 15\r\n";
      const body = "\r\n\r\npost spam\r\n";
      for (const pieces of [[head + body], [head, body]]) {
        await using page = await wire(door, true);
        for (const piece of pieces) {
          page.send(piece);
          await until("the last line", () => page.ended);
        }
        assert.deepEqual(page.lines, [LAST]);
        page.socket.end();
        await until("the close", () => page.closed);
        assert.equal(page.failure, undefined, "the connection was reset");
      }
      await until("no session", () => server.stats().sessions === 0);
      assert.deepEqual([ads, reasons, server.stats().closed.http], [[], ["http", "http"], 2]);
    },
  );
