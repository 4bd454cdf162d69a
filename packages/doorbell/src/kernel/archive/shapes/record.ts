import { callToRead, callToWrite, type Code } from "../code/index.ts";
import { Codec, codecOf } from "../codec.ts";
import type { Input } from "../input.ts";
import { checkNames } from "../limits.ts";
import type { Output } from "../output.ts";
import { said } from "../said.ts";
import type { Infer, Shape } from "../shape.ts";

interface Field {
  readonly name: string;
  readonly codec: Codec<unknown>;
  /** The least that the fields after this one take. */
  readonly bytesMinAfter: number;
}

class Record_ extends Codec<object> {
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly #fields: readonly Field[];

  constructor(fields: readonly (readonly [string, Codec<unknown>])[]) {
    super();
    this.bytesMin = sum(fields, "bytesMin");
    this.bytesMax = sum(fields, "bytesMax");
    this.#fields = fields.map(([name, codec], index) => ({
      name,
      codec,
      bytesMinAfter: sum(fields.slice(index + 1), "bytesMin"),
    }));
  }

  write(to: Output, value: unknown): void {
    if (typeof value !== "object" || value === null) to.refuse(`${said(value)}, where an object is expected`);
    for (const { name, codec } of this.#fields) {
      to.path.enter(name);
      codec.write(to, (value as Readonly<Record<string, unknown>>)[name]);
      to.path.leave();
    }
  }

  read(from: Input): object {
    // Not by assignment, which a setter that somebody put on Object.prototype would catch.
    return Object.fromEntries(
      this.#fields.map(({ name, codec }) => {
        from.path.enter(name);
        const value = codec.read(from);
        from.path.leave();
        return [name, value];
      }),
    );
  }

  writeCode(code: Code, value: string): void {
    callToWrite(code, this, value, (own) => {
      own.refuseIf('typeof x !== "object" || x === null');
      for (const { name, codec, bytesMinAfter } of this.#fields) {
        codec.writeCode(own, own.hold(`x[${JSON.stringify(name)}]`));
        if (codec.bytesMin !== codec.bytesMax) own.need(bytesMinAfter);
      }
    });
  }

  readCode(code: Code): string {
    return callToRead(code, this, (own) => {
      const values = this.#fields.map(({ name, codec, bytesMinAfter }) => {
        const value = codec.readCode(own);
        if (codec.bytesMin !== codec.bytesMax) own.need(bytesMinAfter);
        return `${JSON.stringify(name)}: ${value}`;
      });
      return `{ ${values.join(", ")} }`;
    });
  }
}

function sum(fields: readonly (readonly [string, Codec<unknown>])[], of: "bytesMin" | "bytesMax"): number {
  return fields.reduce((total, [, codec]) => total + codec[of], 0);
}

/**
 * An object with these properties, in this order. Other properties of a value are not encoded; what is decoded has just
 * these, as its own.
 */
export function record<const F extends Readonly<Record<string, Shape<unknown>>>>(
  fields: F,
): Shape<{ readonly [K in keyof F]: Infer<F[K]> }> {
  checkNames("record", fields);
  const all = Object.entries(fields).map(([name, shape]) => [name, codecOf(shape, `record, ${name}`)] as const);
  return new Record_(all) as Shape<object> as Shape<{ readonly [K in keyof F]: Infer<F[K]> }>;
}
