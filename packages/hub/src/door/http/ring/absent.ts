import { HttpError } from "../errors.ts";
import type { Parameter } from "./parameters.ts";

/** What ntfy has and a bell has not, under all names that it has there. Left out in silence it would be missed. */
const absent: Readonly<Record<string, readonly string[]>> = {
  "an attachment": ["x-attach", "attach", "a", "x-filename", "filename", "file", "f"],
  "an e-mail": ["x-email", "x-e-mail", "email", "e-mail", "mail", "e"],
  "a phone call": ["x-call", "call"],
  "a delay": ["x-delay", "delay", "x-at", "at", "x-in", "in"],
  "action buttons": ["x-actions", "actions", "action"],
  "a template": ["x-template", "template", "tpl"],
  UnifiedPush: ["x-unifiedpush", "unifiedpush", "up"],
  "a poll": ["x-poll-id", "poll-id"],
};

/** @throws HttpError 400 that names what is asked for and is not there */
export function refuseAbsent(read: Parameter): void {
  for (const [what, names] of Object.entries(absent)) {
    const name = names.find((each) => isAskedFor(read([each])));
    if (name !== undefined) throw refusalOf(what, name);
  }
}

/** The same for the fields of a body of JSON. @throws HttpError 400 */
export function refuseAbsentFields(fields: Readonly<Record<string, unknown>>): void {
  for (const [what, names] of Object.entries(absent)) {
    const name = names.find((each) => Object.hasOwn(fields, each) && isAskedFor(fields[each]));
    if (name !== undefined) throw refusalOf(what, name);
  }
}

/** The names of such fields. */
export function isAbsentField(name: string): boolean {
  return Object.values(absent).some((names) => names.includes(name));
}

function isAskedFor(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return !["", "0", "no", "false", "null", "undefined"].includes(String(value).toLowerCase());
}

function refusalOf(what: string, name: string): HttpError {
  return new HttpError(400, "InvalidItem", `a bell has no use for ${what}: leave "${name}" out`);
}
