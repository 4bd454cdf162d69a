import type { IncomingHttpHeaders } from "node:http";

import type { Publication } from "../../../inbox/index.ts";
import { HttpError } from "../errors.ts";
import { refuseAbsent } from "./absent.ts";
import { publicationOfJson } from "./json.ts";
import { parametersOf } from "./parameters.ts";
import { priorityOf } from "./priority.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What of a request says what a ring is to say. */
export interface Said {
  readonly headers: IncomingHttpHeaders;
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

export function textOf(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new HttpError(400, "InvalidItem", "the body is not UTF-8: a ring is text, files are not taken");
  }
}

function tagsOf(list: string): readonly string[] {
  return list
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
