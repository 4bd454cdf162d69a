import type { IncomingMessage } from "node:http";

import { HttpError } from "./errors.ts";
import { isHost, type Origins } from "./origins.ts";

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
