/** The routes that ring a bell, and what a request says to it in any of ntfy's ways. */

import type { IncomingHttpHeaders } from "node:http";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { Priority, Publication } from "../inbox/types.ts";
import { counted, type Door } from "./door.ts";
import { HttpError, httpErrorOf } from "./errors.ts";

/** Ringing: the address is all that it needs, and it opens nothing else. */
export function addRing(app: FastifyInstance, door: Door): void {
  // Whatever a body is called, and be it no type at all, it is the text; so senders do.
  app.removeAllContentTypeParsers();
  app.addHook("onRequest", async ({ raw: { headers } }) => {
    const type = headers["content-type"];
    if (type !== undefined)
      headers["content-type"] = /^application\/json\b/i.test(type) ? "application/json" : "text/plain";
  });
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  const said = ({ headers, query, body }: FastifyRequest): Said => ({
    headers,
    query: query as Said["query"],
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  });
  const toAddress = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
    ring(door, request, reply, () => ({
      token: (request.params as { readonly token: string }).token,
      publication: publicationOf(said(request)),
    }));
  app.route({ method: ["POST", "PUT"], url: "/b/:token", handler: toAddress });
  for (const verb of ["publish", "send", "trigger"])
    app.route({ method: ["GET"], url: `/b/:token/${verb}`, handler: toAddress });
  app.route({
    method: ["POST", "PUT"],
    url: "/b",
    handler: (request, reply) => ring(door, request, reply, () => publicationToTopic(textOf(said(request).body))),
  });
}

async function ring(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  read: () => { readonly token: string; readonly publication: Publication },
): Promise<unknown> {
  const { metrics, inboxes } = door;
  const began = performance.now();
  try {
    const { token, publication } = read();
    const key = request.headers["idempotency-key"];
    const rung = await counted(door, request, reply, () =>
      inboxes.ring(token, publication, Array.isArray(key) ? key[0] : key),
    );
    metrics.count("rings", rung.isRepeat ? "repeat" : "stored");
    metrics.ringTook(performance.now() - began);
    if (rung.isRepeat) void reply.header("idempotent-replayed", "true");
    return answerTo(publication, rung);
  } catch (cause) {
    metrics.count("rings", httpErrorOf(cause).code);
    throw cause;
  }
}

/** As ntfy answers: what was said, and nothing of the inbox. */
function answerTo(
  { text, title, priority, tags, click }: Publication,
  rung: { readonly id: string; readonly at: number },
): object {
  return {
    id: rung.id,
    time: Math.floor(rung.at / 1_000),
    event: "message",
    topic: "bell",
    ...(title !== undefined && title !== "" && { title }),
    message: text,
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...(click !== undefined && click !== "" && { click }),
  };
}

/** What of a request says what a ring is to say. */
interface Said {
  readonly headers: IncomingHttpHeaders;
  /** As fastify parses it: a name that stands there twice has a list. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Uint8Array;
}

/**
 * What a request says to a bell, in any of ntfy's ways: text in the body, the rest in headers or in the query; or all of it
 * as JSON. What it says is not judged here.
 *
 * @throws HttpError 400 for what is not understood, and for what ntfy has and a bell has not
 */
export function publicationOf({ headers, query, body }: Said): Publication {
  const read = parametersOf(headers, query);
  refuseAbsent(read);
  const said = textOf(body);
  const json = headers["content-type"] === "application/json" ? publicationOfJson(said) : undefined;
  const priority = priorityOf(read(["x-priority", "priority", "prio", "p"]));
  const title = read(["x-title", "title", "ti", "t"]);
  const tags = tagsOf(read(["x-tags", "tags", "tag", "ta"]));
  const click = read(["x-click", "click"]);
  return {
    text: said.trim() || read(["x-message", "message", "m"]).replaceAll("\\n", "\n"),
    ...(title !== "" && { title }),
    ...(priority !== undefined && { priority }),
    ...(tags.length > 0 && { tags }),
    ...(click !== "" && { click }),
    ...json,
  };
}

/** What a request says under the first of these names that says something, in its headers or else in its query; or nothing. */
type Parameter = (names: readonly string[]) => string;

/** Parameters as ntfy has them: names in lower case, and a header wins over the query. */
function parametersOf(headers: IncomingHttpHeaders, query: Said["query"]): Parameter {
  return (names) => {
    for (const name of names) {
      const value = headers[name];
      if (value === undefined) continue;
      const text = headerText(Array.isArray(value) ? (value[0] ?? "") : value);
      if (text !== "" && !isOfHttp(name, text)) return text;
    }
    for (const name of names) {
      const value: unknown = Array.isArray(query[name]) ? (query[name] as unknown[])[0] : query[name];
      if (typeof value === "string" && value.trim() !== "") return value.trim();
    }
    return "";
  };
}

/** Browsers write a Priority of RFC 9218, which is that of the request. */
function isOfHttp(name: string, value: string): boolean {
  return name === "priority" && /^u=\d(?:,\s*i)?$|^i$/.test(value);
}

/**
 * A header's text as it was meant. Node gives a byte for a character; senders write UTF-8, or Latin-1, or encode words after
 * RFC 2047. What cannot be decoded stays as it is.
 */
export function headerText(value: string): string {
  const text = fromBytes(value);
  if (!text.includes("=?")) return text.trim();
  return text
    .replace(betweenWords, "$1")
    .replace(encodedWord, (whole, charset: string, encoding: string, encoded: string) => {
      const bytes = encoding.toLowerCase() === "b" ? Buffer.from(encoded, "base64") : fromQ(encoded);
      try {
        return new TextDecoder(charset, { fatal: true }).decode(bytes);
      } catch {
        return whole;
      }
    })
    .trim();
}

/** An encoded word of RFC 2047: a character set, an encoding, and the text in it. */
const encodedWord = /=\?([\w-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=/gi;
/** Blanks between two of them are no part of the text. */
const betweenWords = /(\?=)\s+(?==\?[\w-]{1,40}(?:\*[\w-]*)?\?[bq]\?)/gi;

function fromBytes(value: string): string {
  try {
    return headerDecoder.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

const headerDecoder = new TextDecoder("utf-8", { fatal: true });

function fromQ(encoded: string): Buffer {
  const text = encoded.replaceAll("_", " ");
  return Buffer.from(
    text.replaceAll(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

/** @throws HttpError 400 that names what is asked for and is not there */
function refuseAbsent(read: Parameter): void {
  for (const [what, names] of Object.entries(absent)) {
    const name = names.find((each) => isAskedFor(read([each])));
    if (name !== undefined) throw refusalOf(what, name);
  }
}

/** The same for the fields of a body of JSON. @throws HttpError 400 */
function refuseAbsentFields(fields: Fields): void {
  for (const [what, names] of Object.entries(absent)) {
    const name = names.find((each) => Object.hasOwn(fields, each) && isAskedFor(fields[each]));
    if (name !== undefined) throw refusalOf(what, name);
  }
}

/** The names of such fields. */
function isAbsentField(name: string): boolean {
  return Object.values(absent).some((names) => names.includes(name));
}

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

function isAskedFor(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return !["", "0", "no", "false", "null", "undefined"].includes(String(value).toLowerCase());
}

function refusalOf(what: string, name: string): HttpError {
  return new HttpError(400, "InvalidItem", `a bell has no use for ${what}: leave "${name}" out`);
}

function textOf(body: Uint8Array): string {
  try {
    return bodyDecoder.decode(body);
  } catch {
    throw new HttpError(400, "InvalidItem", "the body is not UTF-8: a ring is text, files are not taken");
  }
}

const bodyDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The publication that a body of JSON is, as ntfy has it. What has a field that no publication has is another program's own
 * JSON: it is the text, as it stands, and nothing here.
 *
 * @throws HttpError 400
 */
function publicationOfJson(body: string): Publication | undefined {
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

type Fields = Readonly<Record<string, unknown>>;

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new HttpError(400, "InvalidItem", "the body is not JSON: mend it, or send it as text/plain");
  }
}

function isKnown(name: string): boolean {
  return knownFields.has(name) || ignoredFields.has(name) || isAbsentField(name);
}

const knownFields = new Set(["topic", "message", "text", "title", "priority", "tags", "click"]);
/** They would change how a person is told, and not what. */
const ignoredFields = new Set(["markdown", "icon", "cache", "firebase"]);

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

/** A priority as a number or a word of ntfy; nothing where nothing is said. @throws HttpError 400 */
function priorityOf(text: string): Priority | undefined {
  if (text === "") return undefined;
  const priority = priorities.get(text.toLowerCase());
  if (priority !== undefined) return priority;
  throw new HttpError(
    400,
    "InvalidItem",
    `the priority is 1 to 5, or min, low, default, high, max or urgent; not ${JSON.stringify(text.slice(0, 40))}`,
  );
}

const priorities: ReadonlyMap<string, Priority> = new Map([
  ["min", 1],
  ["low", 2],
  ["default", 3],
  ["high", 4],
  ["urgent", 5],
  ["max", 5],
  ...([1, 2, 3, 4, 5] as const).map((priority) => [String(priority), priority] as const),
]);

function tagsOf(list: string): readonly string[] {
  return list
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
