import type { IncomingHttpHeaders } from "node:http";

import { headerText } from "./header-text.ts";

/** What a request says under the first of these names that says something, in its headers or else in its query; or nothing. */
export type Parameter = (names: readonly string[]) => string;

/** The query as fastify parses it: a name that stands there twice has a list. */
type Query = Readonly<Record<string, unknown>>;

/** Parameters as ntfy has them: names in lower case, and a header wins over the query. */
export function parametersOf(headers: IncomingHttpHeaders, query: Query): Parameter {
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
