import type { Publication } from "../../../inbox/index.ts";
import { HttpError } from "../errors.ts";
import { isAbsentField, refuseAbsentFields } from "./absent.ts";
import { priorityOf } from "./priority.ts";

type Fields = Readonly<Record<string, unknown>>;

const said = new Set(["topic", "message", "text", "title", "priority", "tags", "click"]);
/** They would change how a person is told, and not what. */
const ignored = new Set(["markdown", "icon", "cache", "firebase"]);

/**
 * The publication that a body of JSON is, as ntfy has it. What has a field that no publication has is another program's own
 * JSON: it is the text, as it stands, and nothing here.
 *
 * @throws HttpError 400
 */
export function publicationOfJson(body: string): Publication | undefined {
  const value = parse(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields = value as Fields;
  return Object.keys(fields).every(isKnown) ? publicationOfFields(fields) : undefined;
}

/** The same where the bell is told in the body, too, as its `topic`. @throws HttpError 400 */
export function publicationToTopic(body: string): { readonly token: string; readonly publication: Publication } {
  const value = parse(body);
  const fields = Object(value) as Fields;
  if (typeof fields["topic"] !== "string")
    throw new HttpError(
      400,
      "InvalidArgument",
      'the body is an object of JSON with a "topic": the part of the address after /b/',
    );
  const unknown = Object.keys(fields).find((name) => !isKnown(name));
  if (unknown !== undefined)
    throw new HttpError(
      400,
      "InvalidArgument",
      `there is no field ${JSON.stringify(unknown.slice(0, 40))}: a ring has message, title, priority, tags and click`,
    );
  return { token: fields["topic"], publication: publicationOfFields(fields) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new HttpError(400, "InvalidItem", "the body is not JSON: mend it, or send it as text/plain");
  }
}

function isKnown(name: string): boolean {
  return said.has(name) || ignored.has(name) || isAbsentField(name);
}

function publicationOfFields(fields: Fields): Publication {
  refuseAbsentFields(fields);
  const { message, text = message, title, priority, tags, click } = fields;
  // ntfy's 0 is that nothing is said.
  const isSaid = (typeof priority === "number" && priority !== 0) || typeof priority === "string";
  const number = isSaid ? priorityOf(String(priority)) : priority === 0 ? undefined : priority;
  // Of which types they are is judged where everything is.
  return {
    text: text ?? "",
    ...(isGiven(title) && { title }),
    ...(isGiven(number) && { priority: number }),
    ...(isGiven(tags) && { tags }),
    ...(isGiven(click) && { click }),
  } as Publication;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
