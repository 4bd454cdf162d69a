import type { IncomingMessage } from "node:http";

import { HttpError } from "./errors.ts";
import type { Origins } from "./origins.ts";

/**
 * Refuses what another site's page makes a browser send, before anything is looked at.
 *
 * @throws HttpError 403
 */
export function guard({ method, url, headers }: IncomingMessage, origins: Origins): void {
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
