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

/** An error names so many choices, and says how many more there are. */
const listedMax = 16;

/** What may be chosen from, for an error: the names that a shape was declared with. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, listedMax).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
