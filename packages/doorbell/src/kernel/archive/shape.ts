import { KernelError } from "../errors.ts";

/** Where bytes are written to, or read from, and how far one has come. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** Passes over so many bytes, and says where they began. Fails with `SerializationError` past the end. */
  read(count: number, path: string): number {
    const from = this.at;
    if (from + count > this.bytes.length) {
      throw new KernelError(
        "SerializationError",
        `${path}: the bytes end at ${this.bytes.length}, and ${count} were to be read from ${from}.`,
      );
    }
    this.at = from + count;
    return from;
  }

  /** The same to write. Fails with `InvalidArgument` past the end. */
  room(count: number, path: string): number {
    const from = this.at;
    if (from + count > this.bytes.length) {
      throw new KernelError(
        "InvalidArgument",
        `${path}: there are ${this.bytes.length} bytes of room, and ${count} were to be written from ${from}.`,
      );
    }
    this.at = from + count;
    return from;
  }
}

/**
 * The shape of a value: declared once, it gives the type, the layout in bytes and the check of both. One value has one
 * encoding. In the place of the zero-copy archives of rkyv, which need one language and one memory on both sides.
 */
export interface Shape<T> {
  /** The most bytes that a value takes. */
  readonly bytesMax: number;
  /** How many bytes this value takes. It may be of any type at run time: what is wrong with it, `write` says. */
  size(value: T): number;
  /** Writes the value. Fails with `InvalidArgument`, naming the path, if it is not of the shape. */
  write(value: T, to: Cursor, path: string): void;
  /** Reads a value. Fails with `SerializationError`, naming the path, if the bytes are not of the shape. */
  read(from: Cursor, path: string): T;
}

/** The type of a shape's values. */
export type Infer<S> = S extends Shape<infer T> ? T : never;

/** A value that is not of its shape: the caller's mistake. */
export function wrong(path: string, what: string): KernelError {
  return new KernelError("InvalidArgument", `${path}: ${what}.`);
}

/** Bytes that are not of their shape: the sender's mistake, and an error of that message alone. */
export function corrupt(path: string, at: number, what: string): KernelError {
  return new KernelError("SerializationError", `${path}: ${what} at byte ${at}.`);
}
