/** What a wrong value is, for an error: never the contents of a text or of bytes, which may be secret. */
export function said(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a text of ${value.length} characters`;
    case "number":
    case "bigint":
    case "boolean":
    case "undefined":
      return typeof value === "bigint" ? `${shortened(value)}n` : String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "an array";
      return ArrayBuffer.isView(value) ? "a view of bytes" : "an object";
    case "symbol":
    case "function":
      return `a ${typeof value}`;
  }
}

/** A large number takes long to be spelled out. */
function shortened(value: bigint): string {
  const end = BigInt.asIntN(128, value);
  return end === value ? value.toString() : "a number past 128 bits, ";
}
