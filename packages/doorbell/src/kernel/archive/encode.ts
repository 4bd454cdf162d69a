import { KernelError } from "../errors.ts";
import { refused } from "./code/index.ts";
import { type Codec, codecOf } from "./codec.ts";
import { NO_ROOM, Output } from "./output.ts";
import { said } from "./said.ts";
import type { Shape } from "./shape.ts";

/** Memory for values whose length is not known yet: begins with this, and is kept up to `KEPT_MAX`. */
const SCRATCH_BYTES = 8 * 1024;
const KEPT_MAX = 256 * 1024;

/**
 * Encodes a value straight into memory from `at` on, and returns the number of bytes written. Memory of
 * `shape.bytesMax` bytes is always enough. One value has one encoding, so encodings can be compared.
 *
 * Fails with `InvalidArgument` if the value is not of the shape, and names the place: `value.ssid: 40 bytes, at most
 * 32`; and, with `detail` `room`, if the memory is too small. What is in the memory from `at` on is undefined then.
 */
export function encode<T>(shape: Shape<T>, value: T, into: Uint8Array, at = 0): number {
  const codec = codecOf(shape);
  if (!ArrayBuffer.isView(into) || !(into instanceof Uint8Array))
    throw new KernelError("InvalidArgument", `into: ${said(into)}, where a Uint8Array is expected`);
  if (!Number.isInteger(at) || at < 0 || at > into.length)
    throw new KernelError(
      "InvalidArgument",
      `at: ${said(at)}, where a whole number from 0 to ${into.length} is expected`,
    );
  return place(codec, value, into, at) - at;
}

/** Encodes a value into memory of its own, which has just its length: it can be moved to another thread. Fails as `encode` does. */
export function encodeNew<T>(shape: Shape<T>, value: T): Uint8Array<ArrayBuffer> {
  return withScratch(codecOf(shape), value, (scratch, length) => {
    const own = new Uint8Array(length);
    own.set(scratch.subarray(0, length));
    return own;
  });
}

/** The number of bytes that `encode` will write. Costs as much as encoding does, and fails as it does. */
export function encodedLength<T>(shape: Shape<T>, value: T): number {
  const codec = codecOf(shape);
  return withScratch(codec, value, (_, length) => length);
}

/** Writes a value, and returns the place behind it. */
function place(codec: Codec<unknown>, value: unknown, into: Uint8Array, at: number): number {
  const fast = codec.compiledWrite();
  if (fast !== undefined) {
    try {
      return fast(value, at, into, new DataView(into.buffer, into.byteOffset, into.byteLength), into.length);
    } catch (error) {
      if (error !== refused) throw error;
    }
  }
  return placeSlowly(codec, value, into, at);
}

/** Does the same without generated code, and says what is wrong. */
export function placeSlowly(codec: Codec<unknown>, value: unknown, into: Uint8Array, at: number): number {
  const to = new Output(into, at);
  codec.write(to, value);
  return to.at;
}

/** `undefined` while it is in use: a getter of a value that is encoded may encode another one. */
let kept: Uint8Array | undefined = new Uint8Array(SCRATCH_BYTES);

/** Encodes into memory that grows until it is enough, and lends it. */
function withScratch<R>(codec: Codec<unknown>, value: unknown, use: (scratch: Uint8Array, length: number) => R): R {
  let scratch = kept ?? new Uint8Array(SCRATCH_BYTES);
  kept = undefined;
  try {
    for (;;) {
      try {
        return use(scratch, place(codec, value, scratch, 0));
      } catch (error) {
        const small = error instanceof KernelError && error.detail === NO_ROOM && scratch.length < codec.bytesMax;
        if (!small) throw error;
        scratch = new Uint8Array(Math.min(scratch.length * 4, codec.bytesMax));
      }
    }
  } finally {
    if (scratch.length <= KEPT_MAX) kept = scratch;
  }
}
