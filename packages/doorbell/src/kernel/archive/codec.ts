import { KernelError } from "../errors.ts";
import { type Code, compileRead, compileWrite, type Read, type Write } from "./code/index.ts";
import type { Input } from "./input.ts";
import type { Output } from "./output.ts";
import type { Shape } from "./shape.ts";

/**
 * A shape as this folder knows it. Everything can be done in two ways that must agree to the byte:
 *
 * - step by step (`write`, `read`): knows the path to what it refuses, and needs no code generation;
 * - by code written for the shape (`writeCode`, `readCode`): fast, and throws `F` without a reason. The slow way is
 *   then asked for it.
 *
 * Code relies on one promise, and makes it to what it contains: when it begins, `bytesMin` bytes are there.
 */
export abstract class Codec<out T> implements Shape<T> {
  abstract readonly bytesMin: number;
  abstract readonly bytesMax: number;

  /** Whether `undefined` is among the values. */
  readonly canBeUndefined: boolean = false;

  abstract write(to: Output, value: unknown): void;
  abstract read(from: Input): T;

  /** Adds statements that write what the expression `value` (a name) holds. */
  abstract writeCode(code: Code, value: string): void;
  /** Adds statements that read a value, and returns the expression that holds it. */
  abstract readCode(code: Code): string;

  #write: Write | undefined | "unknown" = "unknown";
  #read: Read | undefined | "unknown" = "unknown";

  /** Code that writes a value; made when first asked for, as a program declares shapes that it never uses. */
  compiledWrite(): Write | undefined {
    if (this.#write === "unknown") this.#write = compileWrite(this);
    return this.#write;
  }

  /** Code that reads a value, like `compiledWrite`. */
  compiledRead(): Read | undefined {
    if (this.#read === "unknown") this.#read = compileRead(this);
    return this.#read;
  }
}

/** The inside of a shape. */
export function codecOf<T>(shape: Shape<T>, of = "shape"): Codec<T> {
  if (!(shape instanceof Codec))
    throw new KernelError("InvalidArgument", `${of}: a shape is made by record, text, u16 and their like`);
  return shape;
}
