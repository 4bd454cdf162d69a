import { KernelError } from "../errors.ts";
import { u8 } from "./numbers.ts";
import { corrupt, type Infer, type Shape, wrong } from "./shape.ts";

/** The type of a record's values. */
export type RecordOf<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> };
/** The type of a variant's values. */
export type VariantOf<F extends Fields> = {
  readonly [K in keyof F]: { readonly kind: K; readonly value: Infer<F[K]> };
}[keyof F];
/** Shapes by name; their order is their order in bytes. */
// oxlint-disable-next-line typescript/no-explicit-any -- a shape of whatever it is; `Infer` finds out
export type Fields = Readonly<Record<string, Shape<any>>>;

/** Nothing at all, for a variant that carries nothing. */
export const unit: Shape<undefined> = {
  bytesMax: 0,
  size: () => 0,
  write(value, _to, path) {
    if (value !== undefined) throw wrong(path, "must be left out");
  },
  read: () => undefined,
};

function checkNames(names: readonly string[]): void {
  if (names.includes("__proto__")) throw new KernelError("InvalidArgument", "No field can be named __proto__.");
}

/** Several values by name. A value with other fields is refused. */
export function record<const F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const entries = Object.entries(fields);
  checkNames(entries.map(([name]) => name));
  return {
    bytesMax: entries.reduce((sum, [, shape]) => sum + shape.bytesMax, 0),
    size: (value) =>
      typeof value === "object" && value !== null
        ? entries.reduce((sum, [name, shape]) => sum + shape.size(value[name]), 0)
        : 0,
    write(value, to, path) {
      if (typeof value !== "object" || value === null) throw wrong(path, "must be a record");
      for (const name of Object.keys(value))
        if (!Object.hasOwn(fields, name)) throw wrong(`${path}.${name}`, "is no field of this record");
      for (const [name, shape] of entries) shape.write(value[name], to, `${path}.${name}`);
    },
    read(from, path) {
      const value: Record<string, unknown> = {};
      for (const [name, shape] of entries) value[name] = shape.read(from, `${path}.${name}`);
      return value as RecordOf<F>;
    },
  };
}

/** One of several, told apart by `kind`; up to 256 kinds. */
export function variant<const F extends Fields>(kinds: F): Shape<VariantOf<F>> {
  const entries = Object.entries(kinds);
  checkNames(entries.map(([name]) => name));
  if (entries.length === 0 || entries.length > 256)
    throw new KernelError("InvalidArgument", "A variant has 1 to 256 kinds.");
  const shapes = new Map(entries.map(([name, shape], at) => [name, { at, shape }]));
  return {
    bytesMax: 1 + Math.max(...entries.map(([, shape]) => shape.bytesMax)),
    size: (value) => 1 + (shapes.get(String(value?.kind))?.shape.size(value.value) ?? 0),
    write(value, to, path) {
      const found = shapes.get(String(value?.kind));
      if (found === undefined) throw wrong(`${path}.kind`, `must be one of ${[...shapes.keys()].join(", ")}`);
      u8.write(found.at, to, path);
      found.shape.write(value.value, to, `${path}.${String(value.kind)}`);
    },
    read(from, path) {
      const number = u8.read(from, path);
      const entry = entries[number];
      if (entry === undefined) throw corrupt(path, from.at - 1, `kind ${number}, of ${entries.length}`);
      const [kind, shape] = entry;
      return { kind, value: shape.read(from, `${path}.${kind}`) as unknown } as VariantOf<F>;
    },
  };
}
