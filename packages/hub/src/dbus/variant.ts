/** A value with its type, where the signature says only `v`: `new Variant("y", 2)`. */
export class Variant {
  readonly signature: string;
  readonly value: unknown;

  constructor(signature: string, value: unknown) {
    this.signature = signature;
    this.value = value;
  }
}

/** The same value as `dbus-native` takes it, so that its classes need not be loaded by whoever makes one. */
export function wireValue(value: unknown): unknown {
  if (value instanceof Variant) return [value.signature, wireValue(value.value)];
  if (Array.isArray(value)) return value.map(wireValue);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.entries(value).map(([key, entry]) => [key, wireValue(entry)]);
}
