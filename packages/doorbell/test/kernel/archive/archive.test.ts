import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import * as k from "../../../src/kernel/index.ts";
import { again, runs } from "../../support/property.ts";

const isCode = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof k.KernelError && error.code === code && text.test(error.message);

const everything = k.record({
  u8: k.u8,
  i8: k.i8,
  u16: k.u16,
  i16: k.i16,
  u32: k.u32,
  i32: k.i32,
  u64: k.u64,
  i64: k.i64,
  f32: k.f32,
  f64: k.f64,
  yes: k.bool,
  name: k.text(40),
  long: k.text(70_000),
  raw: k.bytes(300),
  maybe: k.option(k.text(5)),
  many: k.list(k.record({ x: k.i16, y: k.option(k.f64) }), 20),
  state: k.variant({ idle: k.unit, up: k.record({ ipv4: k.list(k.u8, 4) }), down: k.text(9) }),
});
type Everything = k.Infer<typeof everything>;

/** Records as decoding makes them. */
const plain = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields, { noNullPrototype: true });
const noMinusZero = (value: number): boolean => !Object.is(value, -0);
const values: fc.Arbitrary<Everything> = plain({
  u8: fc.nat(0xff),
  i8: fc.integer({ min: -0x80, max: 0x7f }),
  u16: fc.nat(0xffff),
  i16: fc.integer({ min: -0x8000, max: 0x7fff }),
  u32: fc.integer({ min: 0, max: 0xffffffff }),
  i32: fc.integer(),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  f32: fc.float(),
  f64: fc.double(),
  yes: fc.boolean(),
  name: fc
    .string({ unit: "grapheme", maxLength: 3 })
    .filter((text) => Buffer.byteLength(text) <= 40 && !/\p{Surrogate}/u.test(text)),
  long: fc.string({ maxLength: 300 }),
  raw: fc.uint8Array({ maxLength: 300 }),
  maybe: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
  many: fc.array(
    plain({ x: fc.integer({ min: -5, max: 5 }).filter(noMinusZero), y: fc.option(fc.double(), { nil: undefined }) }),
    { maxLength: 20 },
  ),
  state: fc.oneof(
    fc.constant({ kind: "idle", value: undefined } as const),
    plain({ kind: fc.constant("up" as const), value: plain({ ipv4: fc.array(fc.nat(255), { maxLength: 4 }) }) }),
    plain({ kind: fc.constant("down" as const), value: fc.string({ maxLength: 9 }) }),
  ),
});

test(`K16 what is decoded is what was encoded, and one value has one encoding [${again}]`, () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = k.encodeNew(everything, value);
      assert.equal(bytes.buffer.byteLength, bytes.length);
      assert(bytes.length <= everything.bytesMax);
      const back = k.decode(everything, bytes);
      assert.deepEqual(back, value);
      assert.deepEqual(k.encodeNew(everything, back), bytes);
      assert.equal(k.encode(everything, value, new Uint8Array(bytes.length + 7), 7), bytes.length);
    }),
    runs(500),
  );
});

test(`K16 bytes that are cut or changed are a value or a SerializationError, and nothing else [${again}]`, () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(255), (value, at, byte) => {
      const bytes = k.encodeNew(everything, value);
      assert.throws(
        () => k.decode(everything, bytes.subarray(0, at % bytes.length)),
        isCode("SerializationError", /^value/),
      );
      assert.throws(
        () => k.decode(everything, new Uint8Array([...bytes, 0])),
        isCode("SerializationError", /too many/),
      );
      bytes[at % bytes.length] = byte;
      let back: Everything;
      try {
        back = k.decode(everything, bytes);
      } catch (error) {
        assert(isCode("SerializationError", /^value/)(error), String(error));
        return;
      }
      // What can be decoded is the encoding of what it says.
      assert.deepEqual(k.encodeNew(everything, back), bytes);
    }),
    runs(2_000),
  );
});

test(`K16 no bytes make a decoder throw anything but a SerializationError [${again}]`, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        k.decode(everything, bytes);
      } catch (error) {
        assert(isCode("SerializationError", /./)(error), String(error));
      }
    }),
    runs(5_000),
  );
});

test("K16 each limit at it and one past it, with the path of what is wrong", () => {
  const at = <T>(shape: k.Shape<T>, value: T) => assert.deepEqual(k.decode(shape, k.encodeNew(shape, value)), value);
  const past = <T>(shape: k.Shape<T>, value: unknown, text: RegExp) =>
    assert.throws(() => k.encodeNew(shape, value as T), isCode("InvalidArgument", text));
  for (const [shape, low, high] of [
    [k.u8, 0, 255],
    [k.i8, -128, 127],
    [k.u16, 0, 65_535],
    [k.i16, -32_768, 32_767],
    [k.u32, 0, 2 ** 32 - 1],
    [k.i32, -(2 ** 31), 2 ** 31 - 1],
  ] as const) {
    for (const good of [low, high]) at(shape, good);
    for (const bad of [low - 1, high + 1, 0.5, Number.NaN, "1", undefined])
      past(shape, bad, /^value: must be a whole number/);
  }
  for (const [shape, low, high] of [
    [k.u64, 0n, 2n ** 64n - 1n],
    [k.i64, -(2n ** 63n), 2n ** 63n - 1n],
  ] as const) {
    for (const good of [low, high]) at(shape, good);
    for (const bad of [low - 1n, high + 1n, 1]) past(shape, bad, /bigint/);
  }
  at(k.f32, 0.5);
  past(k.f32, 0.1, /32 bits hold exactly/);
  at(k.text(4), "éé");
  past(k.text(4), "ééa", /5 bytes, at most 4/);
  past(k.text(4), "\ud800", /surrogate/);
  at(k.bytes(2), Uint8Array.of(1, 2));
  past(k.bytes(2), Uint8Array.of(1, 2, 3), /3 bytes, at most 2/);
  const nested = k.record({ a: k.list(k.record({ b: k.text(1) }), 2) });
  at(nested, { a: [{ b: "x" }, { b: "y" }] });
  past(nested, { a: [{ b: "x" }, { b: "yy" }] }, /^value\.a\[1\]\.b: 2 bytes, at most 1/);
  past(nested, { a: [{ b: "" }, { b: "" }, { b: "" }] }, /^value\.a: 3 items, at most 2/);
  past(nested, { a: [], c: 1 }, /^value\.c: is no field/);
  past(nested, null, /must be a record/);
  past(k.variant({ on: k.unit }), { kind: "off" }, /must be one of on/);
  past(k.unit, 1, /left out/);
  past(k.bool, 1, /true or false/);
  assert.throws(() => k.list(k.unit, 5), isCode("InvalidArgument", /take up bytes/));
  assert.throws(() => k.text(-1), isCode("InvalidArgument", /greatest length/));
  assert.throws(() => k.record(JSON.parse('{"__proto__": 1}') as never), isCode("InvalidArgument", /__proto__/));
  assert.throws(() => k.encode(k.u32, 1, new Uint8Array(3)), isCode("InvalidArgument", /bytes of room/));
});

test("K16 a validator of another library can be put on top, and must answer at once", () => {
  const schema = (validate: k.StandardSchema<number>["~standard"]["validate"]): k.StandardSchema<number> => ({
    "~standard": { version: 1, validate },
  });
  const even = k.standard(
    k.u8,
    schema((value) => ((value as number) % 2 === 0 ? { value: value as number } : { issues: [{ message: "odd" }] })),
  );
  assert.equal(k.decode(even, k.encodeNew(even, 4)), 4);
  assert.throws(() => k.encodeNew(even, 5), isCode("InvalidArgument", /odd/));
  assert.throws(() => k.decode(even, Uint8Array.of(5)), isCode("SerializationError", /odd/));
  const slow = k.standard(
    k.u8,
    schema((value) => Promise.resolve({ value: value as number })),
  );
  assert.throws(() => k.decode(slow, Uint8Array.of(5)), isCode("InvalidArgument", /asynchronous/));
});
