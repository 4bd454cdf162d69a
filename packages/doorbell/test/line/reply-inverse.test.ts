import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { formatReply, isProtocolLine, parseReply, type Reply } from "../../src/line/codec.ts";

type Said = Exclude<Reply, { kind: "malformed" }>;

const table: readonly (readonly [string, Said])[] = [
  ["OK", { kind: "ok" }],
  ["error: unknown command", { kind: "error", message: "unknown command" }],
  ["error: ", { kind: "error", message: "" }],
  ["notif: random", { kind: "notification", source: "random" }],
  ["", { kind: "text", text: "" }],
  ["4711", { kind: "text", text: "4711" }],
  ["OK ", { kind: "text", text: "OK " }],
  ["ok", { kind: "text", text: "ok" }],
  ["error", { kind: "text", text: "error" }],
  [" notif: random", { kind: "text", text: " notif: random" }],
];
for (const [line, reply] of table)
  test(`${JSON.stringify(line)} says ${reply.kind}, and the other way round`, () => {
    assert.deepEqual(parseReply(line), reply);
    assert.equal(formatReply(reply), line);
  });

/** As a literal is: fast-check would leave out the prototype now and then. */
const plain = { noNullPrototype: true };
const replies: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant("ok" as const) }, plain),
  fc.record(
    { kind: fc.constant("notification" as const), source: fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/) },
    plain,
  ),
  fc.record({ kind: fc.constant("error" as const), message: fc.string({ unit: "binary" }) }, plain),
  fc.record(
    { kind: fc.constant("text" as const), text: fc.string({ unit: "binary" }).filter((text) => !isProtocolLine(text)) },
    plain,
  ),
);

test("parse(format(reply)) is the reply", () => {
  fc.assert(
    fc.property(replies, (reply) => assert.deepEqual(parseReply(formatReply(reply)), reply)),
    runs(2_000),
  );
});

test("every line says something, and format(parse(line)) is the line unless it is malformed", () => {
  const near = fc
    .tuple(fc.constantFrom("OK", "notif:", "notif: ", "error:", "error: ", ""), fc.string({ unit: "binary" }))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(near, (line) => {
      const reply = parseReply(line);
      if (reply.kind === "malformed") assert.match(line, /^notif:/);
      else assert.equal(formatReply(reply), line);
    }),
    runs(2_000),
  );
});
