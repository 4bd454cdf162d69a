import { HttpError } from "../errors.ts";

/**
 * The number after which a reader wants to be told: what it had last, which a browser says in a header when it connects
 * again, or what its address says.
 *
 * @throws HttpError 400
 */
export function cursorOf(lastEventId: string | undefined, after: unknown): number | undefined {
  if (lastEventId !== undefined && lastEventId !== "") return numberOf(lastEventId, "Last-Event-ID");
  return after === undefined ? undefined : numberOf(after, "after");
}

/** @throws HttpError 400 */
export function numberOf(text: unknown, name: string): number {
  if (typeof text === "string" && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new HttpError(400, "InvalidArgument", `${name} is a number of an item, as 0 or 7`);
}
