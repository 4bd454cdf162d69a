/**
 * The inside of shapes: `Codec`, which every shape is; the bytes that it is read from and written to step by step (`Input`,
 * `Output`), the code that does the same fast (`Code`), and the checks and texts of errors that all shapes share.
 */

import { KernelError } from "../errors.ts";

/** Where a shape keeps the type of its values; nothing is there at run time. */
declare const typeOf: unique symbol;

/**
 * What a value may be, and how it lies in bytes. Made once, by `record`, `text`, `u16` and their like; holds no
 * state of its own, so that one shape serves a whole program.
 */
export interface Shape<out T> {
  /** Bytes of the shortest encoding. */
  readonly bytesMin: number;
  /** Bytes of the longest encoding: memory of that size holds every value. */
  readonly bytesMax: number;
  readonly [typeOf]?: T;
}

/**
 * The values of a shape.
 *
 * @example
 * const status = record({ ssid: option(text(32)), linkState: u16 });
 * type Status = Infer<typeof status>; // { readonly ssid: string | undefined; readonly linkState: number }
 */
export type Infer<S> = S extends Shape<infer T> ? T : never;

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

/** Bytes that a value is read from, step by step, with the path to what is being read. Nobody else writes to them. */
export class Input {
  readonly path: Path = new Path();
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Passes bytes, and says where they begin. */
  take(length: number): number {
    const at = this.at;
    if (this.end - at < length) this.refuse(`${length} bytes are needed, ${this.end - at} are left`);
    this.at = at + length;
    return at;
  }

  /** Reads how many follow. The caller holds it against its limit and what is left before it reserves anything. */
  length(bytes: 1 | 2 | 4): number {
    const at = this.take(bytes);
    if (bytes === 1) return this.view.getUint8(at);
    return bytes === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  refuse(what: string, options?: ErrorOptions): never {
    throw new KernelError("SerializationError", `${this.path.toString()} at byte ${this.at}: ${what}`, options);
  }
}

/** Memory that a value is written to, step by step, with the path to what is being written. */
export class Output {
  readonly path: Path = new Path();
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
    this.at = at;
  }

  /** Takes room, and says where it begins. */
  take(length: number): number {
    const at = this.at;
    if (this.end - at < length)
      throw new KernelError(
        "InvalidArgument",
        `${this.path.toString()}: no room for ${length} more bytes in the memory given, which has ${this.end}`,
        { detail: NO_ROOM },
      );
    this.at = at + length;
    return at;
  }

  /** Writes how many follow, in as many bytes as its shape says. */
  length(bytes: 1 | 2 | 4, length: number): void {
    const at = this.take(bytes);
    if (bytes === 1) this.view.setUint8(at, length);
    else if (bytes === 2) this.view.setUint16(at, length, true);
    else this.view.setUint32(at, length, true);
  }

  refuse(what: string): never {
    throw new KernelError("InvalidArgument", `${this.path.toString()}: ${what}`);
  }
}

/** `detail` of the error that says that the memory is too small, and not that the value is wrong. */
export const NO_ROOM = "room";

/** Where in a value we are: kept while it is walked slowly, and shown when something is refused. */
class Path {
  readonly #steps: (string | number)[] = [];

  enter(step: string | number): void {
    this.#steps.push(step);
  }

  leave(): void {
    this.#steps.pop();
  }

  /** As it would be written in a program: `value.networks[3].ssid`. */
  toString(): string {
    return `value${written(this.#steps)}`;
  }
}

/**
 * The statements of one function that is written for a shape. In it, `p` is the place in the bytes `b`, `e` their end,
 * `v` a view of them, and `F` what is thrown if a value is refused.
 *
 * Nothing that a program gave becomes code: numbers are lengths that were checked, names are quoted by `JSON.stringify`,
 * everything else is handed in as a constant.
 */
export class Code {
  readonly module: Module;
  readonly #lines: string[] = [];
  #names = 0;
  /** Bytes passed that `p` does not know of yet: additions at run time that can be saved. */
  #passed = 0;

  constructor(module: Module) {
    this.module = module;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** A name that is new in this function. */
  name(): string {
    this.#names += 1;
    return `x${this.#names}`;
  }

  /** The name of a new constant that holds what the expression says. */
  hold(expression: string): string {
    const name = this.name();
    this.line(`const ${name} = ${expression};`);
    return name;
  }

  /** Passes so many bytes, and gives the expression of where they begin. */
  pass(length: number): string {
    const at = this.#passed === 0 ? "p" : `p + ${this.#passed}`;
    this.#passed += length;
    return at;
  }

  /** Brings `p` up to date: before anything that reads or changes it, and before branches part or meet. */
  settle(): void {
    if (this.#passed > 0) this.line(`p += ${this.#passed};`);
    this.#passed = 0;
  }

  /** Makes sure that so many bytes are there. */
  need(length: number): void {
    this.settle();
    if (length > 0) this.line(`if (e - p < ${length}) throw F;`);
  }

  refuseIf(condition: string): void {
    this.line(`if (${condition}) throw F;`);
  }

  /** Writes how many follow. */
  writeLength(bytes: 1 | 2 | 4, length: string): void {
    const at = this.pass(bytes);
    if (bytes === 1) this.line(`b[${at}] = ${length};`);
    else this.line(`v.setUint${bytes * 8}(${at}, ${length}, true);`);
  }

  /** Reads how many follow. */
  readLength(bytes: 1 | 2 | 4): string {
    const at = this.pass(bytes);
    return this.hold(bytes === 1 ? `b[${at}]` : `v.getUint${bytes * 8}(${at}, true)`);
  }

  text(): string {
    return this.#lines.join("\n");
  }
}

/** All code of one shape in one direction: a function for each part that has its own, and the constants they use. */
class Module {
  readonly #form: Form;
  readonly #functions = new Map<Codec<unknown>, string>();
  readonly #texts: string[] = [];
  readonly #constants: unknown[] = [];

  constructor(form: Form) {
    this.#form = form;
  }

  /** The name under which the code finds a value that cannot be written as code. */
  constant(value: unknown): string {
    const known = this.#constants.indexOf(value);
    return `k${known === -1 ? this.#constants.push(value) - 1 : known}`;
  }

  /** The name of the function of a shape, which `write` fills; a shape that is used twice has one function. */
  function(codec: Codec<unknown>, fill: (code: Code) => void): string {
    const known = this.#functions.get(codec);
    if (known !== undefined) return known;
    const name = `f${this.#functions.size}`;
    this.#functions.set(codec, name);
    const code = new Code(this);
    fill(code);
    this.#texts.push(this.#form.declare(name, code.text()));
    return name;
  }

  /** The whole text, which ends by returning what runs, and the values of its parameters. */
  finished(codec: Codec<unknown>): {
    readonly names: readonly string[];
    readonly values: readonly unknown[];
    readonly text: string;
  } {
    const code = new Code(this);
    this.#form.body(codec, code);
    return {
      names: this.#constants.map((_, index) => `k${index}`),
      values: this.#constants,
      text: [
        '"use strict";',
        // Where a function that reads has come to: it returns the value. Nothing runs between its return and the next look.
        "let P = 0;",
        ...this.#texts,
        this.#form.declare("all", code.text()),
      ].join("\n"),
    };
  }
}

/** What the functions of one direction look like. */
interface Form {
  /** Of a function with this name and body. */
  declare(name: string, body: string): string;
  /** Adds all statements of a shape's own function. */
  body(codec: Codec<unknown>, code: Code): void;
}

/** Writes a value at a place, and returns the place behind it. */
type Write = (value: unknown, at: number, bytes: Uint8Array, view: DataView, end: number) => number;

/** Reads a value that must fill the bytes from a place to the end. */
type Read = (at: number, bytes: Uint8Array, view: DataView, end: number) => unknown;

/** Code that writes values of a shape; `undefined` where this program may not generate code. */
function compileWrite(codec: Codec<unknown>): Write | undefined {
  return compile(codec, writing) as Write | undefined;
}

/** Code that reads values of a shape; `undefined` where this program may not generate code. */
function compileRead(codec: Codec<unknown>): Read | undefined {
  return compile(codec, reading) as Read | undefined;
}

const writing: Form = {
  declare: (name, body) => `function ${name}(x, p, b, v, e) {\n${body}\nreturn p;\n}`,
  body(codec, code) {
    code.need(codec.bytesMin);
    codec.writeCode(code, "x");
    code.settle();
  },
};

const reading: Form = {
  declare: (name, body) => `function ${name}(p, b, v, e) {\n${body}\n}`,
  body(codec, code) {
    code.need(codec.bytesMin);
    const value = codec.readCode(code);
    code.settle();
    code.refuseIf("p !== e");
    code.line(`return ${value};`);
  },
};

function compile(codec: Codec<unknown>, form: Form): unknown {
  if (!allowed) return undefined;
  const { names, values, text } = new Module(form).finished(codec);
  // oxlint-disable-next-line no-new-func typescript/no-implied-eval -- this file says what may become code
  const make = new Function("F", ...names, `${text}\nreturn all;`) as (...values: readonly unknown[]) => unknown;
  return make(refused, ...values);
}

/** What generated code throws if it refuses a value. It carries nothing: the slow way says what is wrong. */
export const refused: symbol = Symbol("refused");

/** Whether this program may generate code: not under `--disallow-code-generation-from-strings`. */
const allowed: boolean = (() => {
  try {
    // oxlint-disable-next-line no-new-func typescript/no-implied-eval -- only asks
    return new Function("return true")() === true;
  } catch {
    return false;
  }
})();

/** A shape's part with a function of its own, which is called here to write. */
export function callToWrite(code: Code, codec: Codec<unknown>, value: string, fill: (code: Code) => void): void {
  const name = code.module.function(codec, (own) => {
    fill(own);
    own.settle();
  });
  code.settle();
  code.line(`p = ${name}(${value}, p, b, v, e);`);
}

/** A shape's part with a function of its own, which is called here to read. `fill` returns the value's expression. */
export function callToRead(code: Code, codec: Codec<unknown>, fill: (code: Code) => string): string {
  const name = code.module.function(codec, (own) => {
    const value = own.hold(fill(own));
    own.settle();
    own.line("P = p;");
    own.line(`return ${value};`);
  });
  code.settle();
  const value = code.hold(`${name}(p, b, v, e)`);
  code.line("p = P;");
  return value;
}

/** Refuses a length that no shape can have. */
export function checkLength(of: string, length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > LENGTH_MAX)
    throw new KernelError(
      "InvalidArgument",
      `${of}: the length is a whole number from 0 to ${LENGTH_MAX}, not ${String(length)}`,
    );
}

/** The most that a text, a list or bytes may be allowed to hold. */
const LENGTH_MAX: number = 2 ** 28;

/** The most cases that a variant or an enumeration may have: its number is one byte. */
export const CASES_MAX = 256;

/** Refuses names that are not those of a plain object's own properties, or that cannot be told apart from what every object has. */
export function checkNames(of: string, names: object): void {
  const prototype: unknown = Object.getPrototypeOf(names);
  if (prototype !== Object.prototype && prototype !== null)
    throw new KernelError("InvalidArgument", `${of}: give the names in a plain object`);
  if (Object.hasOwn(names, "__proto__"))
    throw new KernelError("InvalidArgument", `${of}: __proto__ cannot be a name; choose another`);
}

/** Bytes of the number that says how many follow, of `max` at most. */
export function prefixBytes(max: number): 1 | 2 | 4 {
  if (max <= 0xff) return 1;
  return max <= 0xffff ? 2 : 4;
}

/** Steps into a value, as a program writes them. */
export function written(steps: readonly (string | number)[]): string {
  return steps.map(writtenStep).join("");
}

function writtenStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** What a wrong value is, for an error: never what it holds, which may be secret. */
export function said(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a text of ${value.length} characters`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "an array";
      return ArrayBuffer.isView(value) ? "a view of bytes" : "an object";
    case "number":
    case "bigint":
    case "symbol":
    case "function":
      return `a ${typeof value}`;
  }
}

/** What may be chosen from, for an error: the names that a shape was declared with. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, listedMax).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

/** An error names so many choices, and says how many more there are. */
const listedMax = 16;
