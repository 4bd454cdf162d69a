import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

class Unit extends Codec<undefined> {
  readonly bytesMin = 0;
  readonly bytesMax = 0;
  override readonly canBeUndefined = true;

  write(to: Output, value: unknown): void {
    if (value !== undefined) to.refuse(`${said(value)}, where undefined is expected: this case has no value`);
  }

  read(): undefined {
    return undefined;
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`${value} !== undefined`);
  }

  readCode(): string {
    return "undefined";
  }
}

/** Nothing, in no bytes: for the cases of a variant that have no value. */
export const unit: Shape<undefined> = new Unit();
