import { KernelError } from "../../errors.ts";
import { callToRead, callToWrite, type Code } from "../code/index.ts";
import { Codec, codecOf } from "../codec.ts";
import type { Input } from "../input.ts";
import { CASES_MAX, checkNames } from "../limits.ts";
import type { Output } from "../output.ts";
import { listed, said } from "../said.ts";
import type { Infer, Shape } from "../shape.ts";
import { unit } from "./unit.ts";

/** The values of a variant: `{ kind }` for a case of `unit`, `{ kind, value }` for another. */
export type Cases<C extends Readonly<Record<string, Shape<unknown>>>> = {
  [K in keyof C & string]: C[K] extends Shape<undefined>
    ? { readonly kind: K; readonly value?: undefined }
    : { readonly kind: K; readonly value: Infer<C[K]> };
}[keyof C & string];

interface Tagged {
  readonly kind: string;
  readonly value?: unknown;
}

class Variant extends Codec<Tagged> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly #cases: readonly (readonly [string, Codec<unknown>])[];
  readonly #numbers: ReadonlyMap<unknown, number>;

  constructor(cases: readonly (readonly [string, Codec<unknown>])[]) {
    super();
    this.bytesMin = 1 + cases.reduce((least, [, { bytesMin }]) => Math.min(least, bytesMin), Infinity);
    this.bytesMax = 1 + cases.reduce((most, [, { bytesMax }]) => Math.max(most, bytesMax), 0);
    this.#cases = cases;
    this.#numbers = new Map(cases.map(([kind], number) => [kind, number]));
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "object" || value === null)
      to.refuse(`${said(value)}, where an object with a kind is expected`);
    const { kind } = value as Tagged;
    const number = this.#numbers.get(kind);
    to.path.enter("kind");
    if (number === undefined) to.refuse(`${said(kind)} that is none of ${listed(this.#cases.map(([name]) => name))}`);
    to.path.leave();
    to.bytes[to.take(1)] = number;
    to.path.enter("value");
    this.#cases[number]?.[1].write(to, (value as Tagged).value);
    to.path.leave();
  }

  read(from: Input): Tagged {
    const number = from.view.getUint8(from.take(1));
    const found = this.#cases[number];
    if (found === undefined)
      from.refuse(`${number}, where the number of one of ${this.#cases.length} cases is expected`);
    const [kind, codec] = found;
    if (codec === unit) return { kind };
    from.path.enter("value");
    const value = codec.read(from);
    from.path.leave();
    return { kind, value };
  }

  writeCode(code: Code, value: string): void {
    callToWrite(code, this, value, (own) => {
      own.refuseIf('typeof x !== "object" || x === null');
      own.line("switch (x.kind) {");
      for (const [number, [kind, codec]] of this.#cases.entries()) {
        own.line(`case ${JSON.stringify(kind)}: {`);
        own.line(`b[${own.pass(1)}] = ${number};`);
        if (codec.bytesMin > this.bytesMin - 1) own.need(codec.bytesMin);
        codec.writeCode(own, own.hold("x.value"));
        own.settle();
        own.line("break; }");
      }
      own.line("default: throw F; }");
    });
  }

  readCode(code: Code): string {
    return callToRead(code, this, (own) => {
      const result = own.name();
      own.line(`let ${result};`);
      own.line("switch (b[p]) {");
      for (const [number, [kind, codec]] of this.#cases.entries()) {
        own.line(`case ${number}: {`);
        own.pass(1);
        if (codec.bytesMin > this.bytesMin - 1) own.need(codec.bytesMin);
        const value = codec.readCode(own);
        own.settle();
        own.line(`${result} = { "kind": ${JSON.stringify(kind)}${codec === unit ? "" : `, "value": ${value}`} };`);
        own.line("break; }");
      }
      own.line("default: throw F; }");
      return result;
    });
  }
}

/**
 * One of several cases, told apart by `kind`: `{ kind: "up", value: … }`, or `{ kind: "idle" }` for a case of `unit`.
 * At most 256 cases, numbered in the order given.
 */
export function variant<const C extends Readonly<Record<string, Shape<unknown>>>>(cases: C): Shape<Cases<C>> {
  checkNames("variant", cases);
  const all = Object.entries(cases).map(([kind, shape]) => [kind, codecOf(shape, `variant, ${kind}`)] as const);
  if (all.length === 0 || all.length > CASES_MAX)
    throw new KernelError("InvalidArgument", `variant: ${all.length} cases, from 1 to ${CASES_MAX}`);
  return new Variant(all) as Shape<Tagged> as Shape<Cases<C>>;
}
