import { LineError } from "./errors.ts";

/** The type of an option, as `typeof` says it. */
export type Shape = "boolean" | "function" | "number" | "object" | "string";

/**
 * Refuses an option that is misspelt, or not of its type: a caller in JavaScript would wait in vain for what it does.
 * `undefined` is as if it were not given.
 *
 * @throws LineError `InvalidArgument`, naming the option
 */
export function checkOptions(
  given: object,
  shapes: Readonly<Record<string, Shape | readonly Shape[]>>,
  prefix = "",
): void {
  if (typeof given !== "object" || given === null)
    throw new LineError(
      "InvalidArgument",
      `${prefix === "" ? "options are" : `${prefix} is`} an object, not ${String(given)}`,
    );
  const path = prefix === "" ? "" : `${prefix}.`;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(shapes, name))
      throw new LineError(
        "InvalidArgument",
        `there is no option "${path}${name}"; there are: ${Object.keys(shapes).join(" ")}`,
      );
    const wanted = [shapes[name] ?? []].flat();
    if (value === undefined || (value !== null && wanted.includes(typeof value as Shape))) continue;
    // Its value is not shown: it may be a secret that stands in the wrong place.
    const is = value === null ? "null" : withArticle(typeof value);
    throw new LineError("InvalidArgument", `${path}${name} is ${wanted.map(withArticle).join(" or ")}, not ${is}`);
  }
}

function withArticle(type: string): string {
  return `${type === "object" ? "an" : "a"} ${type}`;
}
