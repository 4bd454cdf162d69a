import { KernelError } from "../errors.ts";
import { lengthShape, readFlag } from "./numbers.ts";
import { corrupt, type Shape, wrong } from "./shape.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function checkMax(max: number, of: string): void {
  if (!Number.isInteger(max) || max < 0 || max > 2 ** 31) {
    throw new KernelError("InvalidArgument", `${of} has a greatest length, a whole number from 0 to 2 ** 31.`);
  }
}

/** Text of so many bytes of UTF-8 at most. A lone half of a surrogate pair is no text. */
export function text(bytesMax: number): Shape<string> {
  checkMax(bytesMax, "Text");
  const length = lengthShape(bytesMax);
  return {
    bytesMax: length.bytesMax + bytesMax,
    size: (value) => length.bytesMax + (typeof value === "string" ? Buffer.byteLength(value) : 0),
    write(value, to, path) {
      if (typeof value !== "string") throw wrong(path, "must be text");
      if (/\p{Surrogate}/u.test(value)) throw wrong(path, "holds half of a surrogate pair");
      const bytes = Buffer.byteLength(value);
      if (bytes > bytesMax) throw wrong(path, `${bytes} bytes, at most ${bytesMax}`);
      length.write(bytes, to, path);
      const at = to.room(bytes, path);
      encoder.encodeInto(value, to.bytes.subarray(at, at + bytes));
    },
    read(from, path) {
      const bytes = length.read(from, path);
      if (bytes > bytesMax) throw corrupt(path, from.at, `${bytes} bytes, at most ${bytesMax}`);
      const at = from.read(bytes, path);
      try {
        return decoder.decode(from.bytes.subarray(at, at + bytes));
      } catch {
        throw corrupt(path, at, "not UTF-8");
      }
    },
  };
}

/** So many bytes at most. What is read is a copy of its own. */
export function bytes(bytesMax: number): Shape<Uint8Array> {
  checkMax(bytesMax, "A run of bytes");
  const length = lengthShape(bytesMax);
  return {
    bytesMax: length.bytesMax + bytesMax,
    size: (value) => length.bytesMax + (value instanceof Uint8Array ? value.length : 0),
    write(value, to, path) {
      if (!(value instanceof Uint8Array)) throw wrong(path, "must be a Uint8Array");
      if (value.length > bytesMax) throw wrong(path, `${value.length} bytes, at most ${bytesMax}`);
      length.write(value.length, to, path);
      to.bytes.set(value, to.room(value.length, path));
    },
    read(from, path) {
      const count = length.read(from, path);
      if (count > bytesMax) throw corrupt(path, from.at, `${count} bytes, at most ${bytesMax}`);
      const at = from.read(count, path);
      return new Uint8Array(from.bytes.subarray(at, at + count));
    },
  };
}

/** A value, or `undefined`. */
export function option<T>(shape: Shape<T>): Shape<T | undefined> {
  return {
    bytesMax: 1 + shape.bytesMax,
    size: (value) => 1 + (value === undefined ? 0 : shape.size(value)),
    write(value, to, path) {
      to.bytes[to.room(1, path)] = value === undefined ? 0 : 1;
      if (value !== undefined) shape.write(value, to, path);
    },
    read: (from, path) => (readFlag(from, path) ? shape.read(from, path) : undefined),
  };
}

/** So many values at most, one after the other. */
export function list<T>(shape: Shape<T>, lengthMax: number): Shape<readonly T[]> {
  checkMax(lengthMax, "A list");
  // Else a few hostile bytes could claim any number of them.
  if (shape.bytesMax === 0) throw new KernelError("InvalidArgument", "A list is of things that take up bytes.");
  const length = lengthShape(lengthMax);
  return {
    bytesMax: length.bytesMax + lengthMax * shape.bytesMax,
    size: (value) =>
      (Array.isArray(value) ? value : []).reduce<number>((sum, one: T) => sum + shape.size(one), length.bytesMax),
    write(value, to, path) {
      if (!Array.isArray(value)) throw wrong(path, "must be a list");
      if (value.length > lengthMax) throw wrong(path, `${value.length} items, at most ${lengthMax}`);
      length.write(value.length, to, path);
      for (let at = 0; at < value.length; at += 1) shape.write(value[at] as T, to, `${path}[${at}]`);
    },
    read(from, path) {
      const count = length.read(from, path);
      if (count > lengthMax) throw corrupt(path, from.at, `${count} items, at most ${lengthMax}`);
      // Grown as it is read: a length that lies allocates nothing.
      const values: T[] = [];
      for (let at = 0; at < count; at += 1) values.push(shape.read(from, `${path}[${at}]`));
      return values;
    },
  };
}
