/** What a wrong value is, for an error: never what it holds, which may be secret. */
export function said(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a text of ${value.length} characters`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "an array";
      return ArrayBuffer.isView(value) ? "a view of bytes" : "an object";
    case "number":
    case "bigint":
    case "symbol":
    case "function":
      return `a ${typeof value}`;
  }
}
