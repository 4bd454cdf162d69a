import fc from "fast-check";

import * as a from "../../../src/kernel/archive/index.ts";

/** A shape, and its values. */
export interface Sample {
  readonly shape: a.Shape<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

const integer = (shape: a.Shape<number>, min: number, max: number): Sample => ({
  shape,
  // Zero has a sign that whole numbers do not keep.
  values: fc.integer({ min, max }).map((value) => value + 0),
});
const characters = fc.string({ unit: "binary", maxLength: 40 });

const leaves: readonly Sample[] = [
  integer(a.u8, 0, 2 ** 8 - 1),
  integer(a.i8, -(2 ** 7), 2 ** 7 - 1),
  integer(a.u16, 0, 2 ** 16 - 1),
  integer(a.i16, -(2 ** 15), 2 ** 15 - 1),
  integer(a.u32, 0, 2 ** 32 - 1),
  integer(a.i32, -(2 ** 31), 2 ** 31 - 1),
  { shape: a.u64, values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { shape: a.i64, values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { shape: a.f32, values: fc.float() },
  { shape: a.f64, values: fc.double() },
  { shape: a.bool, values: fc.boolean() },
  { shape: a.text(200), values: characters },
  { shape: a.text(70_000), values: fc.string({ unit: "grapheme", minLength: 20, maxLength: 200 }) },
  { shape: a.text(300), values: fc.string({ unit: "grapheme-ascii", maxLength: 300 }) },
  { shape: a.bytes(64), values: fc.uint8Array({ maxLength: 64 }) },
  { shape: a.oneOf("red", "green", "blue"), values: fc.constantFrom("red", "green", "blue") },
];

/** Names that are awkward, among others. */
const names = fc.constantFrom(
  "a",
  "b",
  "constructor",
  "toString",
  "with space",
  "1",
  "__proto",
  'quote"',
  "\u2028",
  "p",
  "x",
);

/** Shapes of every kind, one in another. */
export const samples: fc.Arbitrary<Sample> = fc.letrec<{ any: Sample; leaf: Sample }>((tie) => ({
  leaf: fc.constantFrom(...leaves),
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    tie("leaf").map(({ shape, values }) => ({
      shape: a.option(shape),
      values: fc.option(values, { nil: undefined }),
    })),
    tie("any").map(({ shape, values }) => ({ shape: a.list(shape, 300), values: fc.array(values, { maxLength: 4 }) })),
    tie("any").map(({ shape, values }) => ({
      shape: a.fixed(shape, 2),
      values: fc.array(values, { minLength: 2, maxLength: 2 }),
    })),
    fc.dictionary(names, tie("any"), { minKeys: 1, maxKeys: 6, noNullPrototype: true }).map(recordOf),
    fc.dictionary(names, tie("any"), { minKeys: 1, maxKeys: 4, noNullPrototype: true }).map(variantOf),
  ),
})).any;

function recordOf(fields: Readonly<Record<string, Sample>>): Sample {
  const shapes = Object.fromEntries(Object.entries(fields).map(([name, { shape }]) => [name, shape]));
  const values = Object.fromEntries(Object.entries(fields).map(([name, sample]) => [name, sample.values]));
  return { shape: a.record(shapes), values: fc.record(values, { noNullPrototype: true }) };
}

function variantOf(cases: Readonly<Record<string, Sample>>): Sample {
  const shapes = Object.fromEntries(Object.entries(cases).map(([name, { shape }]) => [name, shape]));
  const values = Object.entries(cases).map(([kind, sample]) =>
    sample.values.map((value): unknown => ({ kind, value })),
  );
  return {
    shape: a.variant({ ...shapes, nothing: a.unit }),
    values: fc.oneof(...values, fc.constant({ kind: "nothing" })),
  };
}
