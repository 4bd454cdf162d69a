/** T10 over HTTP: whatever bytes come, the answer is an error or the end, and others are served on. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";

import { EventReader } from "../../support/event-reader.ts";
import { HttpWorld } from "../../support/http-world.ts";
import { rawHttp } from "../../support/raw-http.ts";

/** Bytes that are no request, or one that nobody should send; and what may come of it. */
function malformed(
  world: HttpWorld,
): readonly (readonly [what: string, bytes: string | Uint8Array | readonly string[], expected?: RegExp])[] {
  const host = `Host: localhost:${world.port}`;
  const post = (headers: string, body = ""): string =>
    `POST ${world.bell} HTTP/1.1\r\n${host}\r\nConnection: close\r\n${headers}\r\n${body}`;
  const refused = /^HTTP\/1\.1 4\d\d /;
  return [
    ["nothing", "", /^$/],
    ...Array.from({ length: 256 }, (_, byte) => [`the byte ${byte} alone`, Uint8Array.of(byte)] as const),
    ["noise", Uint8Array.from({ length: 4_096 }, (_, n) => (n * 7_919) % 256), refused],
    ["a megabyte without a line's end", "x".repeat(1_000_000), refused],
    ["a TLS handshake", Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), refused],
    ["another protocol", "notif\r\nrandom?\r\n", refused],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused],
    ["HTTP/0.9", "GET /\r\n\r\n", refused],
    ["HTTP/9.9", `GET / HTTP/9.9\r\n${host}\r\n\r\n`, refused],
    ["two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "xy"), refused],
    ["the same length twice", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), refused],
    [
      "a length and chunks",
      post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
      refused,
    ],
    ["a negative length", post("Content-Length: -1\r\n"), refused],
    ["a length with a plus", post("Content-Length: +1\r\n", "x"), refused],
    ["a length in hexadecimal", post("Content-Length: 0x1\r\n", "x"), refused],
    ["a length that overflows", post("Content-Length: 18446744073709551617\r\n", "x"), refused],
    ["an encoding that is none", post("Transfer-Encoding: cow\r\n", "x"), refused],
    ["chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")],
    ["chunked, with a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), refused],
    ["a chunk's size that is none", post("Transfer-Encoding: chunked\r\n", "z\r\nx\r\n0\r\n\r\n"), refused],
    ["a chunk that is longer than it says", post("Transfer-Encoding: chunked\r\n", "1\r\nxyz\r\n0\r\n\r\n"), refused],
    [
      "a chunk's extension without end",
      post("Transfer-Encoding: chunked\r\n", `1;${"x".repeat(100_000)}\r\nx\r\n0\r\n\r\n`),
      refused,
    ],
    [
      "a trailer",
      post("Transfer-Encoding: chunked\r\nTrailer: Title\r\n", "1\r\nx\r\n0\r\nTitle: late\r\n\r\n"),
      /^HTTP\/1\.1 200 (?![\s\S]*late)/,
    ],
    ["a header without a colon", post("Title\r\n"), refused],
    ["a header that is folded", post("Title: a\r\n b\r\nContent-Length: 0\r\n"), refused],
    ["a blank before a colon", post("Title : a\r\n"), refused],
    ["a NUL in a header", post("Title: a\0b\r\n"), refused],
    ["a bare CR in a header", post("Title: a\rX: b\r\n"), refused],
    ["bare LFs", `GET /health HTTP/1.1\n${host}\nConnection: close\n\n`],
    ["a header __proto__", post("__proto__: x\r\nConstructor: x\r\nContent-Length: 1\r\n", "x"), /^HTTP\/1\.1 200 /],
    [
      "a query __proto__",
      `GET ${world.bell}/send?__proto__=x&constructor=y&m=x HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 200 /,
    ],
    [
      "percent signs that are no code",
      `GET ${world.bell}/send?m=%zz%&t=%ff HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
    ],
    ["a path that is no code", `GET /b/%zz/send HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`, refused],
    ["a NUL in a path", `GET /b/%00/send HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`, refused],
    ["a whole address", `GET http://evil.example/health HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`, refused],
    ["a star", `OPTIONS * HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`, refused],
    ["CONNECT", `CONNECT evil.example:80 HTTP/1.1\r\n${host}\r\n\r\n`, /^(HTTP\/1\.1 4|$)/],
    [
      "an upgrade",
      `GET /v1/items HTTP/1.1\r\n${host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      /^HTTP\/1\.1 401 /,
    ],
    ["TRACE", `TRACE / HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`, refused],
    ["a method that is none", `EVIL / HTTP/1.1\r\n${host}\r\n\r\n`, refused],
    ["a body that is too short", post("Content-Length: 10\r\n", "x"), /^(HTTP\/1\.1 4|$)/],
    ["two Hosts", `GET /health HTTP/1.1\r\n${host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`],
    ["a request in bytes", [...`GET /health HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`], /^HTTP\/1\.1 200 /],
    [
      "JSON that is deep",
      post("Content-Type: application/json\r\nContent-Length: 16000\r\n", "[".repeat(16_000)),
      refused,
    ],
    [
      "JSON with __proto__",
      post("Content-Type: application/json\r\nContent-Length: 42\r\n", '{"__proto__":{"priority":5},"message":"hi"}'),
    ],
    ["a zip", post("Content-Encoding: gzip\r\nContent-Length: 3\r\n", "\u001f\u008b\u0008"), refused],
  ];
}

test(
  "T10 malformed input is refused, nothing of it is caught by nobody, and others are served on",
  { timeout: 180_000 },
  async (t) => {
    await using world = await HttpWorld.open();
    const uncaught: unknown[] = [];
    const note = (cause: unknown): void => void uncaught.push(cause);
    process.on("uncaughtExceptionMonitor", note).on("unhandledRejection", note);
    using well = new EventReader(`${world.url}/v1/events`, { authorization: `Bearer ${world.inboxes.readingKey}` });
    await well.hears("ready", () => well.events.length === 1);
    let cases = 0;
    try {
      for (const [what, bytes, expected = /^(HTTP\/1\.1 [1-5]\d\d |$)/] of malformed(world)) {
        const answer = await rawHttp(world.port, bytes);
        cases += 1;
        assert.match(answer, expected, what);
        if (answer.startsWith("HTTP/1.1 4"))
          assert.match(answer, /"code":"\w+","error":"[^"]+/, `${what}: in no words`);
        assert.doesNotMatch(answer, /^HTTP\/1\.1 5/, what);
        assert.equal((await world.ask("/health")).status, 200, what);
      }
      assert.ok(!("priority" in {}), "a prototype was changed");
      world.inboxes.add("still there");
      await well.hears("what comes", () => well.texts().includes("still there"));
      assert.deepEqual(uncaught, []);
      assert.deepEqual(world.logged, []);
      report(t, `T10 http: ${cases} cases, 0 uncaught, 0 effects on another reader`);
    } finally {
      process.off("uncaughtExceptionMonitor", note).off("unhandledRejection", note);
    }
  },
);

test(
  "T10 requests in one write are answered each, in order; one that is broken ends them",
  { timeout: 60_000 },
  async () => {
    await using world = await HttpWorld.open({ limits: { waitingPerConnectionMax: 200 } });
    const one = (text: string, more = ""): string =>
      `POST ${world.bell} HTTP/1.1\r\nHost: localhost:${world.port}\r\n${more}Content-Length: ${text.length}\r\n\r\n${text}`;
    const many = Array.from({ length: 200 }, (_, n) => one(`n${n}`)).join("");
    const answer = await rawHttp(world.port, many + one("last", "Connection: close\r\n"));
    const messages = [...answer.matchAll(/"message":"([^"]*)"/g)].map(([, text]) => text);
    assert.deepEqual(messages, [...Array.from({ length: 200 }, (_, n) => `n${n}`), "last"]);
    // What follows a length and its body is the next request: no way to hide one in another.
    const before = world.inboxes.newest;
    await rawHttp(world.port, `${one("a")}GARBAGE\r\n\r\n${one("hidden")}`);
    assert.deepEqual(
      world.inboxes.items.slice(before).map(({ text }) => text),
      ["a"],
    );
  },
);
