import { KernelError } from "../errors.ts";
import type { Code } from "./code/index.ts";
import { Codec, codecOf } from "./codec.ts";
import type { Input } from "./input.ts";
import type { Output } from "./output.ts";
import { written } from "./path.ts";
import type { Shape } from "./shape.ts";

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
