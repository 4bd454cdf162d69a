import { KernelError } from "../errors.ts";
import { refused } from "./code/index.ts";
import { type Codec, codecOf } from "./codec.ts";
import { Input } from "./input.ts";
import { said } from "./said.ts";
import type { Shape } from "./shape.ts";

/**
 * Decodes the value that these bytes are, from the first to the last. Everything is checked: what comes back is a value
 * of the shape, whoever wrote the bytes. It shares no memory with them.
 *
 * Fails with `SerializationError` if they are no encoding of such a value, and names the place: `value.ssid at byte 12:
 * 40 bytes, at most 32`. No memory is reserved for more than the bytes can hold.
 *
 * Bytes of shared memory are copied before they are looked at, as another thread may change them meanwhile.
 */
export function decode<T>(shape: Shape<T>, bytes: Uint8Array): T {
  const codec = codecOf(shape);
  if (!ArrayBuffer.isView(bytes) || !(bytes instanceof Uint8Array))
    throw new KernelError("InvalidArgument", `bytes: ${said(bytes)}, where a Uint8Array is expected`);
  const { length } = bytes;
  if (length > codec.bytesMax)
    throw new KernelError("SerializationError", `value: ${length} bytes, at most ${codec.bytesMax}`);
  const own = bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes;
  const fast = codec.compiledRead();
  if (fast !== undefined) {
    try {
      return fast(0, own, new DataView(own.buffer, own.byteOffset, own.byteLength), own.length) as T;
    } catch (error) {
      if (error !== refused) throw error;
    }
  }
  return readSlowly(codec, own);
}

/** Does the same without generated code, and says what is wrong. */
export function readSlowly<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const from = new Input(bytes);
  const value = codec.read(from);
  if (from.at !== from.end) from.refuse(`${from.end - from.at} bytes are left over`);
  return value;
}
