import type { Priority } from "../../../inbox/index.ts";
import { HttpError } from "../errors.ts";

const words: ReadonlyMap<string, Priority> = new Map([
  ["min", 1],
  ["low", 2],
  ["default", 3],
  ["high", 4],
  ["urgent", 5],
  ["max", 5],
  ...([1, 2, 3, 4, 5] as const).map((priority) => [String(priority), priority] as const),
]);

/** A priority as a number or a word of ntfy; nothing where nothing is said. @throws HttpError 400 */
export function priorityOf(text: string): Priority | undefined {
  if (text === "") return undefined;
  const priority = words.get(text.toLowerCase());
  if (priority !== undefined) return priority;
  throw new HttpError(
    400,
    "InvalidItem",
    `the priority is 1 to 5, or min, low, default, high, max or urgent; not ${JSON.stringify(text.slice(0, 40))}`,
  );
}
