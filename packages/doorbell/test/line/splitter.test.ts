import assert from "node:assert/strict";
import { test } from "node:test";

import { runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { LineError } from "../../src/line/errors.ts";
import { LINE_BYTES_MAX, LineSplitter } from "../../src/line/splitter.ts";
import { naiveLines, type NaiveLines } from "../support/naive-splitter.ts";

/** Everything the splitter gives for these chunks, read after each of them or only at the end. */
function split(chunks: readonly Uint8Array[], bytesMax?: number, readsLate = false): NaiveLines {
  const splitter = new LineSplitter(bytesMax);
  const lines: string[] = [];
  let fault: NaiveLines["fault"];
  const read = (): void => {
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
      assert.equal(fault, undefined, "nothing comes after a fault");
      if (line instanceof LineError) fault = line.code as NaiveLines["fault"];
      else lines.push(line);
    }
  };
  for (const chunk of chunks) {
    splitter.push(chunk);
    if (!readsLate) read();
  }
  read();
  assert.equal(splitter.hasUnread, false);
  return { lines, fault };
}

/** The stream in pieces that end at these places. */
function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (stream.length + 1)), stream.length].sort((a, b) => a - b);
  return ends.map((end, index) => stream.subarray(index === 0 ? 0 : ends[index - 1], end));
}

/** Streams rich in what matters: line ends, halves of them, bytes that are no UTF-8, characters of several bytes. */
const pieces = fc.oneof(
  fc
    .constantFrom(
      "\n",
      "\r\n",
      "\r",
      "\n\n",
      "\r\r\n",
      "é",
      "€",
      "😀",
      "a",
      "random?",
      "x".repeat(15),
      "x".repeat(16),
      "x".repeat(17),
    )
    .map((text) => Buffer.from(text)),
  {
    weight: 1,
    arbitrary: fc.constantFrom(Buffer.from([0xff]), Buffer.from([0xe2, 0x82]), Buffer.from([0x80]), Buffer.from([0])),
  },
);
const streams = fc.array(pieces, { maxLength: 30 }).map((parts) => Buffer.concat(parts));

test("however a stream is cut, its lines are the same, and those of the reference", () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), (stream, places, readsLate) => {
      const expected = naiveLines(stream, 16);
      assert.deepEqual(split([stream], 16), expected);
      assert.deepEqual(split(cut(stream, places), 16, readsLate), expected);
    }),
    runs(5_000),
  );
});

test("every single cut of a stream, and every byte a chunk of its own", () => {
  const stream = Buffer.from("notif\r\n\r\n€😀?\n\rpost a\rb\r\r\nhalf \u00e9\r\nrest");
  const expected = naiveLines(stream, 16_384);
  assert.deepEqual(expected.lines, ["notif", "", "€😀?", "\rpost a\rb\r", "half é"]);
  for (let first = 0; first <= stream.length; first += 1)
    for (let second = first; second <= stream.length; second += 1)
      assert.deepEqual(split(cut(stream, [first, second])), expected);
  const bytes = [...stream].map((byte) => Uint8Array.of(byte));
  assert.deepEqual(split(bytes), expected);
  assert.deepEqual(split(bytes, undefined, true), expected);
});

for (const end of ["\n", "\r\n"])
  for (const [bytes, fault] of [
    [LINE_BYTES_MAX - 1, undefined],
    [LINE_BYTES_MAX, undefined],
    [LINE_BYTES_MAX + 1, "LineTooLong"],
  ] as const)
    test(`a line of ${bytes} bytes and ${JSON.stringify(end)} is ${fault ?? "a line"}, however it is cut`, () => {
      for (const wide of ["", "é".repeat(8_000)]) {
        const padded = wide + "x".repeat(bytes - Buffer.byteLength(wide));
        const stream = Buffer.from(`ping\n${padded}${end}ping\n`);
        const expected = { lines: fault === undefined ? ["ping", padded, "ping"] : ["ping"], fault };
        const near = [0, 1, 2, 3].map((back) => 5 + bytes + end.length - back);
        for (const place of [...near, 1, 5, 6, 8_000]) assert.deepEqual(split(cut(stream, [place])), expected);
        assert.deepEqual(split(cut(stream, near)), expected);
        assert.deepEqual(split([stream]), expected);
      }
    });

test("at the end of the stream what has no line end is a line, once; with one, there is no other", () => {
  for (const [stream, lines] of [
    ["ping", ["ping"]],
    ["a\nping\r", ["a", "ping"]],
    ["ping\n", ["ping"]],
    ["", []],
  ] as const) {
    const splitter = new LineSplitter();
    for (const byte of Buffer.from(stream)) splitter.push(Uint8Array.of(byte));
    splitter.end();
    for (const line of [...lines, undefined, undefined]) assert.equal(splitter.next(), line);
  }
});

test("a line that is too long is refused before its end has come, and then nothing is taken", () => {
  const splitter = new LineSplitter(4);
  splitter.push(Buffer.from("12345"));
  assert.equal((splitter.next() as LineError).code, "LineTooLong");
  assert.equal(splitter.next(), undefined);
  splitter.push(Buffer.from("\nping\n"));
  assert.equal(splitter.hasUnread, false);
  assert.equal(splitter.next(), undefined);
});

test("a fault also ends what has been pushed behind it", () => {
  const splitter = new LineSplitter();
  for (const chunk of [
    [0x61, 0x0a],
    [0xff, 0x0a],
    [0x62, 0x0a],
  ])
    splitter.push(Uint8Array.from(chunk));
  assert.equal(splitter.next(), "a");
  assert.equal((splitter.next() as LineError).code, "NotUtf8");
  assert.equal(splitter.next(), undefined);
  assert.equal(splitter.hasUnread, false);
});

test("a reader may stop between two lines of a chunk; hasUnread says whether anything is left to look at", () => {
  const splitter = new LineSplitter();
  assert.equal(splitter.hasUnread, false);
  splitter.push(Buffer.from("one\ntwo\nthr"));
  assert.equal(splitter.hasUnread, true);
  assert.equal(splitter.next(), "one");
  splitter.push(Buffer.from("ee\nfour\n"));
  assert.equal(splitter.next(), "two");
  assert.equal(splitter.hasUnread, true);
  assert.equal(splitter.next(), "three");
  assert.equal(splitter.hasUnread, true);
  assert.equal(splitter.next(), "four");
  assert.equal(splitter.hasUnread, false, "all was read, though more chunks than one had waited");
  splitter.push(new Uint8Array(0));
  assert.equal(splitter.hasUnread, false);
  splitter.push(Buffer.from("fi"));
  assert.equal(splitter.next(), undefined);
  assert.equal(splitter.hasUnread, false, "half a line has been looked at");
});

test("a line is a copy when it began in an earlier chunk, so the chunk can be used again", () => {
  const splitter = new LineSplitter();
  const chunk = Buffer.from("é1");
  splitter.push(chunk);
  assert.equal(splitter.next(), undefined);
  chunk.fill(0);
  splitter.push(Buffer.from("2\n"));
  assert.equal(splitter.next(), "é12");
});
