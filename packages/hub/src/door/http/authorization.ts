import type { FastifyRequest } from "fastify";

import { type Access, Key, type KeyKind } from "../../inbox/index.ts";
import { HttpError } from "./errors.ts";

/** The cookie of a session of the page. */
export const SESSION_COOKIE = "doorbell_session";

export type Right = "read" | "manage" | "owner";

const opened: Readonly<Record<Right, readonly KeyKind[]>> = {
  read: ["read", "owner", "session"],
  manage: ["manage", "owner", "session"],
  owner: ["owner", "session"],
};

const needed: Readonly<Record<Right, string>> = {
  read: "the inbox's reading key",
  manage: "the inbox's managing key",
  owner: "the owner's key",
};

/**
 * What a request has to open with, if it can have that right at all. Whether the key opens anything is found out by using it.
 *
 * @throws HttpError 401, 403, or 400 if it names no inbox
 */
export function accessOf(request: FastifyRequest, right: Right): Access {
  const credential = credentialOf(request);
  const kind = Key.parse(credential)?.kind;
  if (credential === undefined || kind === undefined || kind === "bell")
    throw new HttpError(401, "AccessDenied", `this needs ${needed[right]}: Authorization: Bearer KEY`);
  if (!opened[right].includes(kind))
    throw new HttpError(403, "AccessDenied", `that key does not open this: it needs ${needed[right]}`);
  return { credential, ...inboxOf(request) };
}

/** Returns the credential of the header or, only if it is a session's, that of the cookie: another port may have set that. */
export function credentialOf({ headers }: FastifyRequest): string | undefined {
  if (headers.authorization !== undefined) return /^Bearer +([\w-]{1,64}) *$/i.exec(headers.authorization)?.[1];
  const session = sessionOf(headers.cookie);
  return Key.parse(session)?.kind === "session" ? session : undefined;
}

export function sessionOf(cookie: string | undefined): string | undefined {
  for (const part of (cookie ?? "").split(";")) {
    const [, name, value] = /^\s*([^=]+)=([\w-]{1,64})\s*$/.exec(part) ?? [];
    if (name === SESSION_COOKIE) return value;
  }
  return undefined;
}

function inboxOf({ query }: FastifyRequest): { readonly inbox?: number } {
  const { inbox } = query as { readonly inbox?: unknown };
  if (inbox === undefined) return {};
  if (typeof inbox !== "string" || !/^\d{1,15}$/.test(inbox))
    throw new HttpError(400, "InvalidArgument", "inbox is the number of an inbox, as in ?inbox=1");
  return { inbox: Number(inbox) };
}
