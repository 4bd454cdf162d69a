/** Who may use the HTTP door, and for what: the key of a request, its Host and Origin, and how many wrong keys came. */

import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

import type { FastifyRequest } from "fastify";

import { Key, type KeyKind } from "../inbox/key.ts";
import type { Access } from "../inbox/types.ts";
import type { Clock } from "../time.ts";
import { HttpError } from "./errors.ts";

type Right = "read" | "manage" | "owner";

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
  if (!openedBy[right].includes(kind))
    throw new HttpError(403, "AccessDenied", `that key does not open this: it needs ${needed[right]}`);
  return { credential, ...inboxOf(request) };
}

const openedBy: Readonly<Record<Right, readonly KeyKind[]>> = {
  read: ["read", "owner", "session"],
  manage: ["manage", "owner", "session"],
  owner: ["owner", "session"],
};

const needed: Readonly<Record<Right, string>> = {
  read: "the inbox's reading key",
  manage: "the inbox's managing key",
  owner: "the owner's key",
};

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

/** The cookie of a session of the page. */
export const SESSION_COOKIE = "doorbell_session";

function inboxOf({ query }: FastifyRequest): { readonly inbox?: number } {
  const { inbox } = query as { readonly inbox?: unknown };
  if (inbox === undefined) return {};
  if (typeof inbox !== "string" || !/^\d{1,15}$/.test(inbox))
    throw new HttpError(400, "InvalidArgument", "inbox is the number of an inbox, as in ?inbox=1");
  return { inbox: Number(inbox) };
}

/**
 * Refuses what can be read in two ways, and what another site's page makes a browser send, before anything is looked at.
 *
 * @throws HttpError 400, 403
 */
export function guard(request: IncomingMessage, origins: Origins): void {
  checkClear(request);
  const { method, url, headers } = request;
  if (!origins.hasHost(headers.host))
    throw new HttpError(
      403,
      "WrongHost",
      `this hub is not reached under that Host: use ${origins.url}, or tell the hub of the name with --http-url`,
    );
  const { origin } = headers;
  if (origin !== undefined && !origins.hasOrigin(origin))
    throw new HttpError(403, "WrongOrigin", "a page of another site may not use this hub");
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return;
  // Somebody followed a link to the page, which does nothing by being opened.
  const isFollowed = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (isFollowed && method === "GET" && (url === "/" || url === "/login")) return;
  throw new HttpError(403, "WrongOrigin", "a page of another site may not use this hub");
}

/** @throws HttpError 400 that names what can be read in two ways, or not at all */
function checkClear({ rawHeaders, headers, url = "", httpVersion }: IncomingMessage): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? "";
    if (!single.has(name)) continue;
    if (seen.has(name))
      throw new HttpError(400, "BadRequest", `the header ${name} stands there more than once: send it once`);
    seen.add(name);
  }
  const { host } = headers;
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked")
    throw new HttpError(
      400,
      "BadRequest",
      "the header Transfer-Encoding is chunked, or not there: nothing else is decoded",
    );
  if (host === undefined && httpVersion === "1.1")
    throw new HttpError(400, "BadRequest", "a request of HTTP/1.1 has a header Host: send one");
  if (host !== undefined && !isHost(host))
    throw new HttpError(400, "BadRequest", "the header Host is one name or address, and a port: as localhost:6788");
  // An address as proxies are sent it: its host counts, and nobody looked at that.
  const [, named] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  if (named !== undefined && named.toLowerCase() !== host?.toLowerCase())
    throw new HttpError(400, "BadRequest", "the address names another host than the header Host: send a path alone");
}

/**
 * Headers that say who asks, or what is asked for. Of one that stands there twice Node takes the first or joins both; somebody
 * in between, or a browser, may have meant the other.
 */
const single: ReadonlySet<string> = new Set([
  "host",
  "origin",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "authorization",
  "cookie",
  "content-type",
  "idempotency-key",
  "last-event-id",
]);

/** Where the door listens, and how it is reached from elsewhere. */
interface Reached {
  readonly host: string;
  readonly port: number;
  /** How it is reached from outside, behind a proxy, say: `https://bell.example.org`. */
  readonly url?: string;
}

/**
 * Which names are ours. A page of another site can make a browser send us requests, and a name of its own can lead to our
 * address (DNS rebinding); both are told by the Host and the Origin that the browser writes.
 */
export class Origins {
  /** What addresses that are shown begin with. */
  readonly url: string;
  readonly #port: string;
  readonly #names: ReadonlySet<string>;
  readonly #outside: URL | undefined;
  /** Where every address is listened at, one that is written in numbers is ours: rebinding needs a name. */
  readonly #isAnyAddress: boolean;

  constructor({ host, port, url }: Reached) {
    this.#port = String(port);
    this.#names = new Set(["localhost", "127.0.0.1", "[::1]", written(host)]);
    this.#outside = url === undefined ? undefined : new URL(url);
    this.#isAnyAddress = anyAddress.has(host);
    const shown = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : written(host);
    this.url = url === undefined ? `http://${shown}:${port}` : url.replace(/\/+$/, "");
  }

  /** Whether the address that is shown is one of TLS. */
  get isSecure(): boolean {
    return this.#outside?.protocol === "https:";
  }

  /** Whether a Host is ours. */
  hasHost(host: string | undefined): boolean {
    const match = hostPattern.exec(host ?? "");
    if (match === null) return false;
    const [, name = "", port] = match;
    const lower = name.toLowerCase();
    if (this.#outside !== undefined && this.#outside.hostname === lower)
      return (port ?? standardPort(this.#outside)) === portOf(this.#outside) || port === this.#port;
    if ((port ?? "80") !== this.#port) return false;
    return this.#names.has(lower) || (this.#isAnyAddress && isIP(lower.replace(/^\[|\]$/g, "")) > 0);
  }

  /** Whether an Origin is ours. */
  hasOrigin(origin: string): boolean {
    if (this.#outside !== undefined && origin.toLowerCase() === this.#outside.origin) return true;
    const [, host, port] = /^http:\/\/([^/:]+|\[[^/\]]+\])(:\d+)?$/i.exec(origin) ?? [];
    return host !== undefined && this.hasHost(`${host}${port ?? ":80"}`);
  }
}

/** Returns whether that can be a Host at all. */
function isHost(host: string): boolean {
  return hostPattern.test(host);
}

/** A name or address, and perhaps a port: what a URL would also take is none. */
const hostPattern = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::(\d{1,5}))?$/i;

const anyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** A host as it stands in a URL. */
function written(host: string): string {
  return isIP(host) === 6 ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

function standardPort({ protocol }: URL): string {
  return protocol === "https:" ? "443" : "80";
}

function portOf(url: URL): string {
  return url.port === "" ? standardPort(url) : url.port;
}

const WINDOW_MS = 60_000;
/** Addresses that are told apart; further ones share a count. */
const ADDRESSES_MAX = 10_000;

/**
 * Counts wrong keys by where they come from. Who passes the limit is told to wait. A right key is not refused for
 * another's wrong ones: at one address, that of this machine say, there may be many; and 192 random bits are not guessed
 * however often it is tried.
 */
export class WrongKeys {
  readonly #perMinute: number;
  readonly #clock: Pick<Clock, "now">;
  readonly #counts = new Map<string, number>();
  #began: number;

  constructor(perMinute: number, clock: Pick<Clock, "now">) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#began = clock.now();
  }

  /** Notes one; gives how long to wait if there were too many: milliseconds. */
  note(address: string): number | undefined {
    const now = this.#clock.now();
    if (now - this.#began >= WINDOW_MS) {
      this.#counts.clear();
      this.#began = now;
    }
    const key = this.#counts.has(address) || this.#counts.size < ADDRESSES_MAX ? address : "";
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > this.#perMinute ? this.#began + WINDOW_MS - now : undefined;
  }
}

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
