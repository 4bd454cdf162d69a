import assert from "node:assert/strict";
import { test } from "node:test";

import * as a from "../../../src/kernel/archive/index.ts";
import { KernelError } from "../../../src/kernel/errors.ts";

const is = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof KernelError && error.code === code && text.test(error.message);

function good<T>(shape: a.Shape<T>, ...values: readonly T[]): void {
  for (const value of values) assert.deepEqual(a.decode(shape, a.encodeNew(shape, value)), value);
}

function bad(shape: a.Shape<unknown>, text: RegExp, ...values: readonly unknown[]): void {
  for (const value of values) assert.throws(() => a.encodeNew(shape, value), is("InvalidArgument", text), String(text));
}

test("K16 numbers, at their limits and one past them", () => {
  for (const [shape, low, high] of [
    [a.u8, 0, 2 ** 8 - 1],
    [a.i8, -(2 ** 7), 2 ** 7 - 1],
    [a.u16, 0, 2 ** 16 - 1],
    [a.i16, -(2 ** 15), 2 ** 15 - 1],
    [a.u32, 0, 2 ** 32 - 1],
    [a.i32, -(2 ** 31), 2 ** 31 - 1],
  ] as const) {
    good(shape, low, high, 0);
    bad(
      shape,
      /^value: .* whole number/,
      low - 1,
      high + 1,
      0.5,
      NaN,
      Infinity,
      "1",
      1n,
      undefined,
      null,
      {},
      Symbol("s"),
    );
  }
  good(a.u64, 0n, 2n ** 64n - 1n);
  good(a.i64, -(2n ** 63n), 2n ** 63n - 1n);
  bad(a.u64, /bigint/, -1n, 2n ** 64n, 1, 2n ** 4_000n);
  bad(a.i64, /bigint/, -(2n ** 63n) - 1n, 2n ** 63n, "1");
  good(a.f64, NaN, -0, Infinity, Number.MIN_VALUE, Number.MAX_VALUE);
  good(a.f32, NaN, -0, -Infinity, 0.5, 2 ** 127);
  bad(a.f32, /range/, 1e39, -Number.MAX_VALUE);
  assert.equal(a.decode(a.f32, a.encodeNew(a.f32, 0.1)), Math.fround(0.1));
  bad(a.bool, /true or false/, 1, 0, "true", undefined);
});

test("K16 every NaN has the same bytes, and no other bytes are NaN", () => {
  const odd = new Float64Array(BigUint64Array.of(0xfff8_0000_0000_0001n).buffer)[0] as number;
  assert.deepEqual(a.encodeNew(a.f64, odd), a.encodeNew(a.f64, NaN));
  assert.deepEqual(a.encodeNew(a.f32, odd), a.encodeNew(a.f32, NaN));
  assert.throws(() => a.decode(a.f64, Uint8Array.of(1, 0, 0, 0, 0, 0, 0xf8, 0x7f)), is("SerializationError", /NaN/));
  assert.throws(() => a.decode(a.f32, Uint8Array.of(0, 0, 0xc0, 0xff)), is("SerializationError", /NaN/));
});

test("K16 texts and bytes, at their limits and one past them", () => {
  for (const max of [0, 1, 16, 24, 25, 96, 97, 255, 256, 65_535, 65_536]) {
    good(a.text(max), "x".repeat(max), "é".repeat(max / 2));
    bad(a.text(max), new RegExp(`^value: ${max + 1} bytes, at most ${max}$`), "x".repeat(max + 1));
    good(a.bytes(max), new Uint8Array(max).fill(7));
    bad(a.bytes(max), new RegExp(`^value: ${max + 1} bytes, at most ${max}$`), new Uint8Array(max + 1));
  }
  for (const padding of [0, 30, 200])
    bad(a.text(1_000), /surrogate/, `${"x".repeat(padding)}\ud800`, `\udc00${"x".repeat(padding)}`, `\udc00\ud800`);
  good(a.text(100), "\ufeffbom", "\0", "\u{10ffff}", "\u{10ffff}".repeat(25));
  bad(a.bytes(9), /Uint8Array/, [1], "x", new Uint16Array(2), new DataView(new ArrayBuffer(2)), new ArrayBuffer(2));
  bad(a.bytes(9), /Uint8Array/, new Proxy(new Uint8Array(2), {}), Object.create(Uint8Array.prototype));
  // A bad text does not spoil the next one.
  assert.throws(() => a.decode(a.text(99), Uint8Array.of(2, 0xe2, 0x82)), is("SerializationError", /UTF-8/));
  good(a.text(99), "fine €");
});

test("K16 what is in several parts names the part that is wrong", () => {
  const shape = a.record({
    networks: a.list(a.record({ ssid: a.option(a.text(4)), "two words": a.u8 }), 2),
    state: a.variant({ idle: a.unit, up: a.fixed(a.u8, 2) }),
    colour: a.oneOf("red", "blue"),
  });
  const fine = { networks: [], state: { kind: "idle" }, colour: "red" } as const;
  const network = { ssid: undefined, "two words": 1 };
  good(shape, fine, { ...fine, networks: [network, network], state: { kind: "up", value: [1, 2] } });
  bad(shape, /^value\.networks\[1\]\.ssid: 5 bytes, at most 4$/, {
    ...fine,
    networks: [network, { ...network, ssid: "12345" }],
  });
  bad(shape, /^value\.networks\[0\]\["two words"\]: undefined/, { ...fine, networks: [{ ssid: "x" }] });
  bad(shape, /^value\.networks: 3 elements, at most 2/, { ...fine, networks: [network, network, network] });
  bad(shape, /^value\.networks: an object, where an array is expected$/, { ...fine, networks: { length: 0 } });
  bad(
    shape,
    /^value\.state\.kind: /,
    { ...fine, state: { kind: "off" } },
    { ...fine, state: { kind: { toString: () => "idle" } } },
  );
  bad(shape, /^value\.state\.value: a number, where undefined is expected/, {
    ...fine,
    state: { kind: "idle", value: 5 },
  });
  bad(shape, /^value\.state\.value: 3 elements, exactly 2/, { ...fine, state: { kind: "up", value: [1, 2, 3] } });
  bad(shape, /^value\.colour: a text of 5 characters that is none of "red", "blue"$/, { ...fine, colour: "green" });
  bad(shape, /^value\.colour: a number that is none of "red", "blue"$/, { ...fine, colour: 0 });
  bad(shape, /^value\.state\.kind: a text of 3 characters that is none of "idle", "up"$/, {
    ...fine,
    state: { kind: "off" },
  });
  bad(a.text(9), /^value: a number, where a text is expected$/, 1);
  bad(a.u8, /^value: a number that is too large, where a whole number from 0 to 255 is expected$/, 256);
  bad(a.i8, /^value: a number that is too small, where a whole number from -128 to 127 is expected$/, -129);
  bad(a.u8, /^value: a number that is not whole, where a whole number/, 0.5);
  const letters = "abcdefghijklmnopqrst".split("");
  bad(a.oneOf(...letters.slice(0, 16)), /none of "a", .*, "p"$/, "z");
  bad(a.oneOf(...letters.slice(0, 17)), /none of "a", .*, "p", and 1 more$/, "z");
  bad(shape, /^value: null, where an object is expected$/, null);
  // A secret that is wrong is not told.
  assert.throws(
    () => a.encodeNew<unknown>(a.u8, "hunter2"),
    (error: Error) => !error.message.includes("hunter2"),
  );
});

test("K16 shapes that cannot be are refused when they are made", () => {
  const refused = (text: RegExp, make: () => unknown) => assert.throws(make, is("InvalidArgument", text));
  refused(/undefined among/, () => a.option(a.option(a.u8)));
  refused(/undefined among/, () => a.option(a.unit));
  refused(/no bytes/, () => a.list(a.unit, 2 ** 20));
  refused(/no bytes/, () => a.fixed(a.record({}), 2 ** 20));
  refused(/__proto__/, () => a.record(JSON.parse('{ "__proto__": 1 }') as never));
  refused(/__proto__/, () => a.variant(JSON.parse('{ "__proto__": 1 }') as never));
  refused(/plain object/, () => a.record({ __proto__: { u: a.u8 } } as never));
  for (const length of [-1, 0.5, NaN, 2 ** 28 + 1, "9" as never])
    for (const make of [a.text, a.bytes, (max: number) => a.list(a.u8, max)]) refused(/length/, () => make(length));
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, a.unit]));
  good(a.variant(many(256)) as a.Shape<unknown>, { kind: "c255" });
  refused(/257 cases/, () => a.variant(many(257)));
  refused(/0 cases/, () => a.variant({}));
  refused(/twice/, () => a.oneOf("a", "a"));
  refused(/257 texts/, () => a.oneOf(...Object.keys(many(257))));
  refused(/a shape is made by/, () => a.record({ x: {} as a.Shape<number> }));
  refused(/a shape is made by/, () => a.decode({ bytesMin: 0, bytesMax: 9 }, new Uint8Array(1)));
  for (const at of [-1, 0.5, 5, NaN]) refused(/^at: /, () => a.encode(a.u8, 1, new Uint8Array(4), at));
});
