import { type Cursor, corrupt, type Shape, wrong } from "./shape.ts";

function number(
  bytes: number,
  low: number,
  high: number,
  set: (view: DataView, at: number, value: number) => void,
  get: (view: DataView, at: number) => number,
): Shape<number> {
  return {
    bytesMax: bytes,
    size: () => bytes,
    write(value, to, path) {
      if (typeof value !== "number" || !(value >= low && value <= high) || Math.trunc(value) !== value) {
        throw wrong(path, `must be a whole number from ${low} to ${high}`);
      }
      set(to.view, to.room(bytes, path), value);
    },
    read: (from, path) => get(from.view, from.read(bytes, path)),
  };
}

function bigint(
  low: bigint,
  high: bigint,
  set: (view: DataView, at: number, value: bigint) => void,
  get: (view: DataView, at: number) => bigint,
): Shape<bigint> {
  return {
    bytesMax: 8,
    size: () => 8,
    write(value, to, path) {
      if (typeof value !== "bigint" || value < low || value > high)
        throw wrong(path, `must be a bigint from ${low} to ${high}`);
      set(to.view, to.room(8, path), value);
    },
    read: (from, path) => get(from.view, from.read(8, path)),
  };
}

function float(
  bytes: number,
  set: (view: DataView, at: number, value: number) => void,
  get: (view: DataView, at: number) => number,
  exact: (value: number) => number,
): Shape<number> {
  return {
    bytesMax: bytes,
    size: () => bytes,
    write(value, to, path) {
      if (typeof value !== "number" || !Object.is(exact(value), value))
        throw wrong(path, `must be a number that ${bytes * 8} bits hold exactly`);
      set(to.view, to.room(bytes, path), value);
    },
    read(from, path) {
      const at = from.read(bytes, path);
      const value = get(from.view, at);
      // There are many ways to write that something is no number, and one of them is ours.
      if (Number.isNaN(value) && !isCanonicalNaN(from.view, at, bytes))
        throw corrupt(path, at, "another NaN than the one");
      return value;
    },
  };
}

function isCanonicalNaN(view: DataView, at: number, bytes: number): boolean {
  if (bytes === 4) return view.getUint32(at, true) === 0x7fc00000;
  return view.getUint32(at, true) === 0 && view.getUint32(at + 4, true) === 0x7ff80000;
}

/** Whole numbers by their width; little-endian. */
export const u8: Shape<number> = number(
  1,
  0,
  0xff,
  (view, at, value) => view.setUint8(at, value),
  (view, at) => view.getUint8(at),
);
export const i8: Shape<number> = number(
  1,
  -0x80,
  0x7f,
  (view, at, value) => view.setInt8(at, value),
  (view, at) => view.getInt8(at),
);
export const u16: Shape<number> = number(
  2,
  0,
  0xffff,
  (view, at, value) => view.setUint16(at, value, true),
  (view, at) => view.getUint16(at, true),
);
export const i16: Shape<number> = number(
  2,
  -0x8000,
  0x7fff,
  (view, at, value) => view.setInt16(at, value, true),
  (view, at) => view.getInt16(at, true),
);
export const u32: Shape<number> = number(
  4,
  0,
  0xffffffff,
  (view, at, value) => view.setUint32(at, value, true),
  (view, at) => view.getUint32(at, true),
);
export const i32: Shape<number> = number(
  4,
  -0x80000000,
  0x7fffffff,
  (view, at, value) => view.setInt32(at, value, true),
  (view, at) => view.getInt32(at, true),
);
export const u64: Shape<bigint> = bigint(
  0n,
  2n ** 64n - 1n,
  (view, at, value) => view.setBigUint64(at, value, true),
  (view, at) => view.getBigUint64(at, true),
);
export const i64: Shape<bigint> = bigint(
  -(2n ** 63n),
  2n ** 63n - 1n,
  (view, at, value) => view.setBigInt64(at, value, true),
  (view, at) => view.getBigInt64(at, true),
);
/** A number of 32 bits; one that those do not hold exactly is refused. */
export const f32: Shape<number> = float(
  4,
  (view, at, value) => view.setFloat32(at, value, true),
  (view, at) => view.getFloat32(at, true),
  Math.fround,
);
/** Any number. */
export const f64: Shape<number> = float(
  8,
  (view, at, value) => view.setFloat64(at, value, true),
  (view, at) => view.getFloat64(at, true),
  (value) => value,
);

/** True or false; a byte of 1 or 0, and nothing else. */
export const bool: Shape<boolean> = {
  bytesMax: 1,
  size: () => 1,
  write(value, to, path) {
    if (typeof value !== "boolean") throw wrong(path, "must be true or false");
    to.bytes[to.room(1, path)] = value ? 1 : 0;
  },
  read: (from, path) => readFlag(from, path),
};

/** A byte that is 0 or 1. */
export function readFlag(from: Cursor, path: string): boolean {
  const at = from.read(1, path);
  const byte = from.bytes[at];
  if (byte !== 0 && byte !== 1) throw corrupt(path, at, "neither true nor false");
  return byte === 1;
}

/** The length of what has one, in as many bytes as the greatest needs. */
export function lengthShape(max: number): Shape<number> {
  return max <= 0xff ? u8 : max <= 0xffff ? u16 : u32;
}
