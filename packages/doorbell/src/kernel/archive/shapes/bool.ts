import type { Code } from "../code/index.ts";
import { Codec } from "../codec.ts";
import type { Input } from "../input.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Shape } from "../shape.ts";

class Bool extends Codec<boolean> {
  readonly bytesMin = 1;
  readonly bytesMax = 1;

  write(to: Output, value: unknown): void {
    if (typeof value !== "boolean") to.refuse(`${said(value)}, where true or false is expected`);
    to.bytes[to.take(1)] = value ? 1 : 0;
  }

  read(from: Input): boolean {
    const byte = from.view.getUint8(from.take(1));
    if (byte > 1) from.refuse(`a boolean is the byte 0 or 1, not ${byte}`);
    return byte === 1;
  }

  writeCode(code: Code, value: string): void {
    code.refuseIf(`typeof ${value} !== "boolean"`);
    code.line(`b[${code.pass(1)}] = ${value} ? 1 : 0;`);
  }

  readCode(code: Code): string {
    const byte = code.hold(`b[${code.pass(1)}]`);
    code.refuseIf(`${byte} > 1`);
    return code.hold(`${byte} === 1`);
  }
}

/** `true` or `false`, in one byte. */
export const bool: Shape<boolean> = new Bool();
