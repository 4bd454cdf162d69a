import assert from "node:assert/strict";
import { test } from "node:test";

import { again, runs } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import {
  decode,
  encode,
  encodedLength,
  encodeNew,
  placeSlowly,
  readSlowly,
} from "../../../src/kernel/archive/archive.ts";
import { codecOf, type Shape } from "../../../src/kernel/archive/codec.ts";
import { KernelError } from "../../../src/kernel/errors.ts";
import { samples } from "./random-shape.ts";

const pairs = samples.chain(({ shape, values }) => values.map((value) => ({ shape, value })));

test(`K16 what is decoded is what was encoded, with generated code and without [${again}]`, () => {
  fc.assert(
    fc.property(pairs, fc.nat(9), ({ shape, value }, at) => {
      const bytes = encodeNew(shape, value);
      assert.equal(bytes.buffer.byteLength, bytes.length);
      assert(bytes.length >= shape.bytesMin && bytes.length <= shape.bytesMax);
      assert.equal(encodedLength(shape, value), bytes.length);
      assert.deepEqual(decode(shape, bytes), value);

      const slow = new Uint8Array(bytes.length);
      assert.equal(placeSlowly(codecOf(shape), value, slow, 0), bytes.length);
      assert.deepEqual(slow, bytes);
      assert.deepEqual(readSlowly(codecOf(shape), bytes), value);

      const wide = new Uint8Array(bytes.length + at + 3).fill(0xa5);
      assert.equal(encode(shape, value, wide, at), bytes.length);
      assert.deepEqual(wide.subarray(at, at + bytes.length), bytes);
      assert(wide.subarray(0, at).every((byte) => byte === 0xa5));
      assert(
        wide.subarray(at + bytes.length).every((byte) => byte === 0xa5),
        "wrote past its end",
      );
      // No room, by one byte: refused, with and without generated code.
      if (bytes.length > 0) assert.throws(() => encode(shape, value, new Uint8Array(bytes.length - 1)), isRoom);
    }),
    runs(1_500),
  );
});

test(`K16 one value has one encoding: what can be decoded is what would be encoded [${again}]`, () => {
  fc.assert(
    fc.property(pairs, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ shape, value }, place, change) => {
      const bytes = encodeNew(shape, value);
      if (bytes.length === 0) return;
      const bad = Uint8Array.from(bytes);
      bad[place % bad.length] = (bad[place % bad.length] as number) ^ change;
      checkAny(shape, bad);
    }),
    runs(3_000),
  );
});

test(`K16 every cut is refused, and every byte too many [${again}]`, () => {
  fc.assert(
    fc.property(pairs, ({ shape, value }) => {
      const bytes = encodeNew(shape, value);
      for (let length = 0; length < bytes.length; length += 1)
        assert.throws(() => decode(shape, bytes.subarray(0, length)), isCorrupt);
      assert.throws(() => decode(shape, new Uint8Array([...bytes, 0])), isCorrupt);
    }),
    runs(300),
  );
});

test(`K16 whatever the bytes: a value, or a SerializationError [${again}]`, () => {
  fc.assert(
    fc.property(samples, fc.uint8Array({ maxLength: 60 }), ({ shape }, bytes) => checkAny(shape, bytes)),
    runs(3_000),
  );
});

/** Both ways agree about these bytes; and if they are a value, they are its encoding. */
function checkAny(shape: Shape<unknown>, bytes: Uint8Array): void {
  const fast = outcome(() => decode(shape, bytes));
  assert.deepEqual(outcome(() => readSlowly(codecOf(shape), bytes)).done, fast.done);
  if (fast.done) assert.deepEqual(encodeNew(shape, fast.value), Uint8Array.from(bytes));
}

function outcome(act: () => unknown): { readonly done: boolean; readonly value?: unknown } {
  try {
    return { done: true, value: act() };
  } catch (error) {
    assert(isCorrupt(error), String(error));
    return { done: false };
  }
}

function isCorrupt(error: unknown): boolean {
  return error instanceof KernelError && error.code === "SerializationError" && error.message.startsWith("value");
}

function isRoom(error: unknown): boolean {
  return error instanceof KernelError && error.code === "InvalidArgument" && error.detail === "room";
}
