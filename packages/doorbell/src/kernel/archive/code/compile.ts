import type { Codec } from "../codec.ts";
import type { Code } from "./code.ts";
import { type Form, Module } from "./module.ts";

/** What generated code throws if it refuses a value. It carries nothing: the slow way says what is wrong. */
export const refused: symbol = Symbol("refused");

/** Writes a value at a place, and returns the place behind it. */
export type Write = (value: unknown, at: number, bytes: Uint8Array, view: DataView, end: number) => number;
/** Reads a value that must fill the bytes from a place to the end. */
export type Read = (at: number, bytes: Uint8Array, view: DataView, end: number) => unknown;

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

/** Code that writes values of a shape; `undefined` where this program may not generate code. */
export function compileWrite(codec: Codec<unknown>): Write | undefined {
  return compile(codec, writing) as Write | undefined;
}

/** Code that reads values of a shape; `undefined` where this program may not generate code. */
export function compileRead(codec: Codec<unknown>): Read | undefined {
  return compile(codec, reading) as Read | undefined;
}

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

function compile(codec: Codec<unknown>, form: Form): unknown {
  if (!allowed) return undefined;
  const { names, values, text } = new Module(form).finished(codec);
  // oxlint-disable-next-line no-new-func typescript/no-implied-eval -- code.ts says what may become code
  const make = new Function("F", ...names, `${text}\nreturn all;`) as (...values: readonly unknown[]) => unknown;
  return make(refused, ...values);
}

/** Whether this program may generate code: not under `--disallow-code-generation-from-strings`. */
const allowed: boolean = (() => {
  try {
    // oxlint-disable-next-line no-new-func typescript/no-implied-eval -- only asks
    return new Function("return true")() === true;
  } catch {
    return false;
  }
})();
