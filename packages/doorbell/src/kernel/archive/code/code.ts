import type { Module } from "./module.ts";

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
