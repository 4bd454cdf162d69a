import { KernelError } from "../errors.ts";
import { corrupt, Cursor, type Shape } from "./shape.ts";

/** Writes a value straight into the memory that will be lent or moved; how many bytes it took. */
export function encode<T>(shape: Shape<T>, value: T, into: Uint8Array, at = 0): number {
  const cursor = new Cursor(into, at);
  shape.write(value, cursor, "value");
  return cursor.at - at;
}

/** A value in new bytes, exactly as many as it takes, in a buffer of their own. */
export function encodeNew<T>(shape: Shape<T>, value: T): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(shape.size(value));
  const written = encode(shape, value, bytes);
  if (written !== bytes.length)
    throw new KernelError("InternalError", "A shape wrote another length than it announced.");
  return bytes;
}

/** Reads a value that takes up all of these bytes. They must be the reader's own: no other thread may write them. */
export function decode<T>(shape: Shape<T>, bytes: Uint8Array): T {
  const cursor = new Cursor(bytes);
  const value = shape.read(cursor, "value");
  if (cursor.at !== bytes.length) throw corrupt("value", cursor.at, `${bytes.length - cursor.at} bytes too many`);
  return value;
}

/** What of the Standard Schema interface is used: zod, valibot, arktype and others have it. */
export interface StandardSchema<T> {
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>;
  };
}
type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** A shape with a validator of another library on top, asked both ways; it must answer at once, not by a promise. */
export function standard<T>(shape: Shape<T>, schema: StandardSchema<T>): Shape<T> {
  const validate = (value: unknown): string | undefined => {
    const result = schema["~standard"].validate(value);
    if (result instanceof Promise)
      throw new KernelError("InvalidArgument", "A validator of archives must not be asynchronous.");
    return result.issues?.map(({ message }) => message).join("; ");
  };
  return {
    ...shape,
    write(value, to, path) {
      const flaw = validate(value);
      if (flaw !== undefined) throw new KernelError("InvalidArgument", `${path}: ${flaw}.`);
      shape.write(value, to, path);
    },
    read(from, path) {
      const value = shape.read(from, path);
      const flaw = validate(value);
      if (flaw !== undefined) throw corrupt(path, from.at, flaw);
      return value;
    },
  };
}
