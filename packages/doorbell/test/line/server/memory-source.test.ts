import assert from "node:assert/strict";
import { test } from "node:test";

import { MemorySource } from "../../../src/line/server/memory-source.ts";

test("a reader gets the oldest item it has not read, then nothing", () => {
  const source = new MemorySource();
  assert.deepEqual(source.fetch(0), { text: "", sequence: 0 });
  for (const text of ["a", "b", "c"]) source.push(text);
  assert.deepEqual(source.fetch(0), { text: "a", sequence: 1 });
  assert.deepEqual(source.fetch(1), { text: "b", sequence: 2 });
  assert.deepEqual(source.fetch(2), { text: "c", sequence: 3 });
  assert.deepEqual(source.fetch(3), { text: "", sequence: 3 });
});

test("the newest are kept; a reader who is further behind goes on with the oldest of them", () => {
  const source = new MemorySource({ keep: 2 });
  assert.equal(source.unread, 2);
  for (const text of ["a", "b"]) source.push(text);
  assert.deepEqual(source.fetch(0), { text: "a", sequence: 1 });
  source.push("c");
  assert.deepEqual(source.fetch(0), { text: "b", sequence: 2 });
  source.push("d");
  assert.deepEqual(source.fetch(1), { text: "c", sequence: 3 });
});

test("with repeat, a reader who has read all gets the newest again", () => {
  const source = new MemorySource({ keep: 1, repeat: true });
  assert.deepEqual(source.fetch(0), { text: "", sequence: 0 });
  source.push("1");
  source.push("2");
  assert.deepEqual(source.fetch(0), { text: "2", sequence: 2 });
  assert.deepEqual(source.fetch(2), { text: "2", sequence: 2 });
});

test("each subscription is told of each item until it is disposed of, and what was newest when it began", () => {
  const source = new MemorySource();
  const heard: number[] = [];
  const ring = (newest: number): void => void heard.push(newest);
  source.push("a");
  const first = source.subscribe(ring);
  const second = source.subscribe(ring);
  assert.equal(first.newest, 1);
  source.push("b");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  source.push("c");
  second[Symbol.dispose]();
  source.push("d");
  assert.deepEqual(heard, [2, 2, 3]);
});

for (const keep of [0, -1, 1.5, NaN, Infinity])
  test(`keep cannot be ${keep}`, () => {
    assert.throws(() => new MemorySource({ keep }), {
      name: "LineError",
      code: "InvalidArgument",
      message: /^keep is /,
    });
  });

for (const text of ["a\nb", "a\rb", "\t", "OK", "notif: random", "notif:", "error: x", "error:"])
  test(`${JSON.stringify(text)} cannot be an item`, () => {
    const source = new MemorySource();
    assert.throws(() => source.push(text), { name: "LineError", code: "InvalidArgument" });
    assert.equal(source.subscribe(() => {}).newest, 0);
  });

test("an item is 1 to 16,384 bytes", () => {
  const source = new MemorySource();
  source.push("é".repeat(8_192));
  for (const text of ["", "é".repeat(8_192) + "a"])
    assert.throws(() => source.push(text), { code: "InvalidArgument", message: /1 to 16384 bytes/ });
});
