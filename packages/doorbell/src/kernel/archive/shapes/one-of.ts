import { KernelError } from "../../errors.ts";
import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import { CASES_MAX } from "../limits.ts";
import type { Output } from "../output.ts";
import { listed, said } from "../said.ts";
import type { Shape } from "../shape.ts";

class OneOf extends Codec<string> {
  readonly bytesMin = 1;
  readonly bytesMax = 1;
  readonly #names: readonly string[];
  readonly #numbers: ReadonlyMap<unknown, number>;

  constructor(names: readonly string[]) {
    super();
    this.#names = names;
    this.#numbers = new Map(names.map((name, number) => [name, number]));
  }

  write(to: Output, value: unknown): void {
    const number = this.#numbers.get(value);
    if (number === undefined) to.refuse(`${said(value)} that is none of ${listed(this.#names)}`);
    to.bytes[to.take(1)] = number;
  }

  read(from: Input): string {
    const number = from.view.getUint8(from.take(1));
    const name = this.#names[number];
    if (name === undefined)
      from.refuse(`${number}, where the number of one of ${this.#names.length} texts is expected`);
    return name;
  }

  writeCode(code: Code, value: string): void {
    // Compared one by one: faster than a look-up, as texts of a program are mostly one and the same.
    const at = code.pass(1);
    const cases = this.#names.map((name, number) => `case ${JSON.stringify(name)}: b[${at}] = ${number}; break;`);
    code.line(`switch (${value}) { ${cases.join(" ")} default: throw F; }`);
  }

  readCode(code: Code): string {
    const number = code.hold(`b[${code.pass(1)}]`);
    code.refuseIf(`${number} >= ${this.#names.length}`);
    return code.hold(`${code.module.constant(this.#names)}[${number}]`);
  }
}

/** One of up to 256 texts, in one byte: its place in the order given. */
export function oneOf<const N extends readonly string[]>(...names: N): Shape<N[number]> {
  if (names.length === 0 || names.length > CASES_MAX)
    throw new KernelError("InvalidArgument", `oneOf: ${names.length} texts, from 1 to ${CASES_MAX}`);
  const strange = names.find((name, index) => typeof name !== "string" || names.indexOf(name) !== index);
  if (strange !== undefined)
    throw new KernelError("InvalidArgument", `oneOf: ${said(strange)} that is twice there, or none`);
  return new OneOf([...names]);
}
