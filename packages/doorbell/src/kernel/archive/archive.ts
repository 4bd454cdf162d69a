import { KernelError } from "../errors.ts";
import { type Code, Codec, codecOf, Input, NO_ROOM, Output, refused, said, type Shape, written } from "./codec.ts";

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

/** A validator of zod, valibot, arktype and others: the part of Standard Schema, version 1, that is used here. */
export interface StandardSchema<In, Out = In> {
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => StandardResult<Out> | PromiseLike<StandardResult<Out>>;
    readonly types?: { readonly input: In; readonly output: Out } | undefined;
  };
}

/** What a validator answers. */
export type StandardResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** Why a validator refused a value, and where in it. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * A shape whose values a validator must accept, too, once they are decoded. What the validator makes of a value must be
 * a value of the shape again (a narrower type, a brand): encoding does not ask it. It may run twice on a value it
 * refuses. One that answers with a promise is `InvalidArgument`; what it refuses, or throws at, `SerializationError`.
 */
export function standard<T, Out extends T>(shape: Shape<T>, schema: StandardSchema<T, Out>): Shape<Out> {
  const codec = codecOf(shape, "standard");
  if (schema?.["~standard"]?.version !== 1 || typeof schema["~standard"].validate !== "function")
    throw new KernelError("InvalidArgument", "standard: not a validator of Standard Schema, version 1");
  return new Standard(codec, schema);
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

/** Memory for values whose length is not known yet: begins with this, and is kept up to `KEPT_MAX`. */
const SCRATCH_BYTES = 8 * 1024;
const KEPT_MAX = 256 * 1024;

/** `undefined` while it is in use: a getter of a value that is encoded may encode another one. */
let kept: Uint8Array | undefined = new Uint8Array(SCRATCH_BYTES);

/** Does the same without generated code, and says what is wrong. */
export function readSlowly<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const from = new Input(bytes);
  const value = codec.read(from);
  if (from.at !== from.end) from.refuse(`${from.end - from.at} bytes are left over`);
  return value;
}

class Standard<T, Out extends T> extends Codec<Out> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  override readonly canBeUndefined: boolean;
  readonly #inner: Codec<T>;
  readonly #schema: StandardSchema<T, Out>;

  constructor(inner: Codec<T>, schema: StandardSchema<T, Out>) {
    super();
    this.bytesMin = inner.bytesMin;
    this.bytesMax = inner.bytesMax;
    this.canBeUndefined = inner.canBeUndefined;
    this.#inner = inner;
    this.#schema = schema;
  }

  write(to: Output, value: unknown): void {
    this.#inner.write(to, value);
  }

  read(from: Input): Out {
    const value = this.#inner.read(from);
    let result: StandardResult<Out>;
    try {
      result = this.#validate(value);
    } catch (cause) {
      if (cause instanceof KernelError) throw cause;
      from.refuse("the validator threw", { cause });
    }
    if (result.issues !== undefined) from.refuse(reason(result.issues));
    return result.value;
  }

  #validate(value: T): StandardResult<Out> {
    const result = this.#schema["~standard"].validate(value);
    if (!("then" in result)) return result;
    // Nobody will wait for it, and its failure must not end the program.
    Promise.resolve(result).catch(() => {});
    throw new KernelError("InvalidArgument", "standard: the validator is asynchronous; give one that answers at once");
  }

  writeCode(code: Code, value: string): void {
    this.#inner.writeCode(code, value);
  }

  readCode(code: Code): string {
    const value = this.#inner.readCode(code);
    code.settle();
    const check = code.module.constant((inner: T) => this.#accepted(inner));
    const result = code.hold(`${check}(${value})`);
    code.refuseIf(`${result} === undefined`);
    return code.hold(`${result}.value`);
  }

  /** `undefined` if it was refused, for whatever reason: the slow way says which. */
  #accepted(value: T): { readonly value: Out } | undefined {
    try {
      const result = this.#validate(value);
      return result.issues === undefined ? result : undefined;
    } catch {
      return undefined;
    }
  }
}

/** The first of all reasons: one is enough to know where to look. */
function reason(issues: readonly StandardIssue[]): string {
  const [first] = issues;
  const steps = (first?.path ?? []).map((step) => {
    const key = typeof step === "object" ? step.key : step;
    return typeof key === "symbol" ? String(key) : key;
  });
  const place = steps.length === 0 ? "" : `${written(steps)}: `;
  return `refused by the validator: ${place}${first?.message ?? "without a reason"}`;
}
