import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

/** Whole numbers of 64 bits. */
class Big extends Codec<bigint> {
  readonly bytesMin = 8;
  readonly bytesMax = 8;
  readonly #signed: boolean;

  constructor(signed: boolean) {
    super();
    this.#signed = signed;
  }

  write(to: Output, value: unknown): void {
    const range = this.#signed ? "-2^63 to 2^63 - 1" : "0 to 2^64 - 1";
    if (typeof value !== "bigint" || (this.#signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) !== value)
      to.refuse(`${said(value)}, where a bigint from ${range} is expected`);
    const at = to.take(8);
    if (this.#signed) to.view.setBigInt64(at, value, true);
    else to.view.setBigUint64(at, value, true);
  }

  read(from: Input): bigint {
    const at = from.take(8);
    return this.#signed ? from.view.getBigInt64(at, true) : from.view.getBigUint64(at, true);
  }

  writeCode(code: Code, value: string): void {
    const forced = this.#signed ? "BigInt.asIntN" : "BigInt.asUintN";
    code.refuseIf(`typeof ${value} !== "bigint" || ${forced}(64, ${value}) !== ${value}`);
    code.line(`v.set${this.#signed ? "BigInt64" : "BigUint64"}(${code.pass(8)}, ${value}, true);`);
  }

  readCode(code: Code): string {
    return code.hold(`v.get${this.#signed ? "BigInt64" : "BigUint64"}(${code.pass(8)}, true)`);
  }
}

/** A bigint from 0 to 2^64 - 1, in eight bytes. */
export const u64: Shape<bigint> = new Big(false);
/** A bigint from -2^63 to 2^63 - 1, in eight bytes. */
export const i64: Shape<bigint> = new Big(true);
