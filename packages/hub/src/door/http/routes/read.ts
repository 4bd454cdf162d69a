import type { FastifyInstance, FastifyRequest } from "fastify";

import type { PageQuery } from "../../../inbox/index.ts";
import { accessOf } from "../authorization.ts";
import { counted, type Door } from "../door.ts";
import { HttpError } from "../errors.ts";
import { cursorOf, numberOf } from "../events/index.ts";

/** The items of an inbox, for who reads it: page by page, or as they come. */
export function addReading(app: FastifyInstance, door: Door): void {
  const { inboxes, streams, feeds, connections } = door;
  app.get("/v1/items", (request, reply) =>
    counted(door, request, reply, async () => {
      const query = pageQueryOf(request);
      using reader = await inboxes.open(accessOf(request, "read"));
      void reply.type("application/json; charset=utf-8");
      return await reader.page(query);
    }),
  );
  app.get("/v1/events", (request, reply) =>
    counted(door, request, reply, async () => {
      const { after } = request.query as { readonly after?: unknown };
      const cursor = cursorOf(lastEventIdOf(request), after);
      const access = accessOf(request, "read");
      streams.checkRoom();
      const reader = await inboxes.open(access);
      try {
        feeds.checkRoom(reader.id);
        const stream = streams.open(reply.raw, headersOf(reply.getHeaders()));
        connections.isStream(request.raw.socket);
        reply.hijack();
        feeds.serve(stream, reader, cursor);
      } catch (cause) {
        reader[Symbol.dispose]();
        throw cause;
      }
    }),
  );
}

export function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers["last-event-id"];
  return Array.isArray(id) ? id[0] : id;
}

/** Those that every answer has, for one that is not fastify's. */
export function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function pageQueryOf({ query }: FastifyRequest): PageQuery {
  const { after, before, limit, search, inbox: _, ...others } = query as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new HttpError(
      400,
      "InvalidArgument",
      `the query has no ${JSON.stringify(unknown.slice(0, 40))}: there are after, before, limit, search and inbox`,
    );
  if (search !== undefined && typeof search !== "string")
    throw new HttpError(400, "InvalidArgument", "search is given once");
  return {
    ...(after !== undefined && { after: numberOf(after, "after") }),
    ...(before !== undefined && { before: numberOf(before, "before") }),
    ...(limit !== undefined && { limit: numberOf(limit, "limit") }),
    ...(search !== undefined && { search }),
  };
}
