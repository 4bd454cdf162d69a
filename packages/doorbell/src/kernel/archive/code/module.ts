import type { Codec } from "../codec.ts";
import { Code } from "./code.ts";

/** What the functions of one direction look like. */
export interface Form {
  /** Of a function with this name and body. */
  declare(name: string, body: string): string;
  /** Adds all statements of a shape's own function. */
  body(codec: Codec<unknown>, code: Code): void;
}

/** All code of one shape in one direction: a function for each part that has its own, and the constants they use. */
export class Module {
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
