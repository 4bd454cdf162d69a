import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { formatCommand, formatReply, parseCommand, parseReply } from "../../src/line/codec.ts";
import { LineError } from "../../src/line/errors.ts";
import { LineSplitter } from "../../src/line/splitter.ts";

const LINE_MAX = 64;

/** What both sides really say. */
const corpus = [
  "random?\r\n",
  "classified?\n",
  "notif random classified\r\n",
  "stop_notif\r\n",
  "key read_Zm9v 7\r\n",
  "post Ein Schäfchen 🐑\r\n",
  "quit\r\n",
].concat([
  "notif: random\r\n",
  "OK\r\n",
  "error: unknown command\r\n",
  "9007199254740991\r\n",
  "\r\n",
  `${"x".repeat(LINE_MAX)}\r\n`,
]);

/** A change of one place in a stream: another byte, one more, one or several fewer. */
const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.nat(255)), { maxLength: 6 });

function mutate(stream: Buffer, changes: readonly (readonly [number, number, number])[]): Buffer {
  let bytes = [...stream];
  for (const [place, kind, byte] of changes) {
    const at = place % (bytes.length + 1);
    bytes = bytes.toSpliced(at, kind === 0 ? 0 : kind, ...(kind === 2 ? [] : [byte]));
  }
  return Buffer.from(bytes);
}

function read(chunks: readonly Uint8Array[]): (string | LineError)[] {
  const splitter = new LineSplitter(LINE_MAX);
  const lines: (string | LineError)[] = [];
  for (const chunk of chunks) {
    splitter.push(chunk);
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) lines.push(line);
  }
  return lines;
}

test("mutated streams: chunked is whole, nothing is thrown, and what can be parsed is formatted as it was", () => {
  const streams = fc
    .array(fc.constantFrom(...corpus), { minLength: 1, maxLength: 8 })
    .map((lines) => Buffer.from(lines.join("")));
  fc.assert(
    fc.property(streams, mutations, fc.integer({ min: 1, max: 7 }), (original, changes, size) => {
      const stream = mutate(original, changes);
      const whole = read([stream]);
      const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
        stream.subarray(index * size, (index + 1) * size),
      );
      assert.deepEqual(read(chunks), whole);
      for (const [index, line] of whole.entries()) {
        if (line instanceof LineError) {
          assert.equal(index, whole.length - 1);
          continue;
        }
        const command = parseCommand(line);
        if (command !== undefined) assert.deepEqual(parseCommand(formatCommand(command)), command);
        const reply = parseReply(line);
        if (reply.kind !== "malformed") assert.equal(formatReply(reply), line);
      }
    }),
    runs(5_000),
  );
});
