/** T11 over HTTP: what stands in headers and bodies is understood, or refused in words; and nothing else is thrown. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { credentialOf, cursorOf, Origins, sessionOf } from "../../../src/http/access.ts";
import { HttpError } from "../../../src/http/errors.ts";
import { headerText, publicationOf, publicationToTopic } from "../../../src/http/publish.ts";
import { framesOf } from "../../../src/http/sse.ts";
import { checkPublication, RefusedError } from "../../../src/inbox/rules.ts";

const RUNS = 3_000;
const options = runs(RUNS);

/** Text as a header can hold it: a byte a character. */
const header = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  fc.string({ maxLength: 40, unit: "grapheme" }).map((text) => Buffer.from(text).toString("latin1")),
  fc
    .tuple(
      fc.constantFrom("utf-8", "UTF-8", "latin1", "none", "iso-8859-1*en"),
      fc.constantFrom("b", "Q", "x"),
      fc.string(),
    )
    .map(([set, how, text]) => `=?${set}?${how}?${text}?=`),
  fc.constantFrom("1", "high", "u=1, i", "yes", "__proto__", ""),
);
const name = fc.constantFrom(
  "title",
  "x-title",
  "t",
  "priority",
  "p",
  "tags",
  "ta",
  "click",
  "x-click",
  "message",
  "m",
  "attach",
  "email",
  "at",
  "actions",
  "content-type",
  "icon",
  "__proto__",
  "constructor",
);

/** Fails as an assertion, with the seed and the smallest case. */
function holds<T>(property: fc.IProperty<T>, parameters: fc.Parameters<T>): void {
  const details = fc.check(property, parameters);
  assert.ok(!details.failed, fc.defaultReportMessage(details));
}

function understood<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch (cause) {
    assert.ok(cause instanceof HttpError || cause instanceof RefusedError, `${String(cause)} was thrown`);
    if (cause instanceof HttpError) assert.ok(cause.status >= 400 && cause.status < 500);
    return undefined;
  }
}

test("T11 a ring in any headers, query and body is a publication, or refused", (t) => {
  const json = fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text));
  const fields = fc.dictionary(
    fc.constantFrom("message", "text", "title", "priority", "tags", "click", "topic", "attach", "__proto__"),
    fc.jsonValue(),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    json,
    fields.map((object) => Buffer.from(JSON.stringify(object))),
  );
  let taken = 0;
  holds(
    fc.property(
      fc.dictionary(name, header),
      fc.dictionary(name, fc.oneof(fc.string(), fc.array(fc.string()))),
      body,
      (headers, query, body) => {
        const said = understood(() => publicationOf({ headers, query, body }));
        if (said !== undefined && understood(() => checkPublication(said)) !== undefined) taken += 1;
        understood(() => publicationToTopic(Buffer.from(body).toString()));
      },
    ),
    options,
  );
  assert.ok(taken > 0, "nothing at all was understood");
  report(t, `T11 http: ${RUNS} rings of noise, ${taken} of them rings, the rest refused`);
});

test("T11 a header of UTF-8 is what was written, as it is and in encoded words", () => {
  holds(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
      const plain = text.trim();
      fc.pre(!plain.includes("=?") && !plain.startsWith("\ufeff"));
      const bytes = Buffer.from(plain);
      assert.equal(headerText(bytes.toString("latin1")), plain);
      const q = [...bytes].map((byte) => `=${byte.toString(16).padStart(2, "0")}`).join("");
      assert.equal(headerText(`=?utf-8?B?${bytes.toString("base64")}?=`), plain);
      assert.equal(headerText(`=?utf-8?Q?${q}?=`), plain);
    }),
    options,
  );
});

test("T11 where a reader is, and by what it reads, is understood or refused", () => {
  holds(
    fc.property(
      fc.oneof(header, fc.nat().map(String), fc.bigInt().map(String)),
      fc.oneof(fc.anything(), fc.nat().map(String)),
      (id, after) => {
        const cursor = understood(() => cursorOf(id, after));
        if (cursor !== undefined) assert.ok(Number.isSafeInteger(cursor) && cursor >= 0);
      },
    ),
    options,
  );
  const ours = new Origins({ host: "127.0.0.1", port: 6_788 });
  holds(
    fc.property(header, header, (authorization, cookie) => {
      const request = { headers: { authorization, cookie } } as Parameters<typeof credentialOf>[0];
      for (const credential of [credentialOf(request), sessionOf(cookie)])
        if (credential !== undefined) assert.match(credential, /^[\w-]{1,64}$/);
      const isOurs = ours.hasHost(authorization);
      assert.equal(isOurs, /^(localhost|127\.0\.0\.1|\[::1\]):6788$/i.test(authorization));
      ours.hasOrigin(cookie);
    }),
    options,
  );
});

test("T11 frames say each item once and in order, whatever the page, within their bytes", () => {
  const page = fc.record({
    gaps: fc.array(fc.record({ skipped: fc.nat(3), text: fc.string({ maxLength: 300 }) }), { maxLength: 30 }),
    after: fc.nat(1_000),
    bytesMax: fc.integer({ min: 1, max: 2_000 }),
    beyond: fc.nat(3),
  });
  holds(
    fc.property(page, ({ gaps, after, bytesMax, beyond }) => {
      let sequence = after;
      const items = gaps.map(({ skipped, text }) => {
        sequence += 1 + skipped;
        return { sequence, json: JSON.stringify({ sequence, text }) };
      });
      const newest = sequence + beyond;
      const frames = framesOf({ items, newest }, after, bytesMax);
      let at = after;
      const told: number[] = [];
      for (const frame of frames) {
        assert.equal(frame.after, at);
        at = frame.last;
        const events = frame.bytes.toString().split("\n\n").slice(0, -1);
        assert.ok(frame.bytes.length <= bytesMax || events.length === 1, "a frame is too long");
        for (const event of events) {
          const [, id, kind, data] = /^id: (\d+)\nevent: (item|gap)\ndata: (.*)$/.exec(event) ?? [];
          const { from = id, to = id } = JSON.parse(data ?? "") as { from?: number; to?: number };
          assert.equal(String(to), id);
          for (let n = Number(from); n <= Number(to); n += 1) told.push(kind === "item" ? n : -n);
        }
      }
      const numbers = Array.from({ length: at - after }, (_, index) => after + index + 1);
      assert.deepEqual(told.map(Math.abs), numbers);
      assert.deepEqual(
        told.filter((n) => n > 0),
        items.map((item) => item.sequence),
      );
      assert.equal(at, items.length === 0 ? Math.max(after, newest) : sequence);
    }),
    options,
  );
});
