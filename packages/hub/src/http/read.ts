/** The routes for who reads: the items of inboxes, the hub's other sources, and what watches over the hub. */

import type { IncomingMessage, ServerResponse } from "node:http";

import type { FastifyInstance, FastifyRequest } from "fastify";

import type { Inboxes, PageQuery } from "../inbox/types.ts";
import type { Clock } from "../time.ts";
import { accessOf, cursorOf, numberOf } from "./access.ts";
import { counted, type Door } from "./door.ts";
import { HttpError } from "./errors.ts";
import { streamSource } from "./feed.ts";

/** The items of an inbox, for who reads it: page by page, or as they come. */
export function addReading(app: FastifyInstance, door: Door): void {
  const { inboxes, streams, feeds, connections } = door;
  app.get("/v1/items", (request, reply) =>
    counted(door, request, reply, async () => {
      const query = pageQueryOf(request);
      using reader = await inboxes.open(accessOf(request, "read"));
      void reply.type("application/json; charset=utf-8");
      return await reader.page(query, query.search === undefined ? undefined : leaving(request.raw, reply.raw));
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

/** The hub's other sources, for the page. */
export function addSources(app: FastifyInstance, door: Door): void {
  const { inboxes, sources, post, streams, connections, failed } = door;
  // Any key that opens all inboxes opens these.
  const check = async (credential: string): Promise<void> => void (await inboxes.inboxes(credential));
  app.get("/v1/sources", (request, reply) =>
    counted(door, request, reply, async () => {
      await check(accessOf(request, "owner").credential);
      return { sources: Object.keys(sources) };
    }),
  );
  app.get("/v1/sources/:name/events", (request, reply) =>
    counted(door, request, reply, async () => {
      const { after } = request.query as { readonly after?: unknown };
      const cursor = cursorOf(lastEventIdOf(request), after);
      await check(accessOf(request, "owner").credential);
      const { name } = request.params as { readonly name: string };
      const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
      if (source === undefined)
        throw new HttpError(404, "NotFound", `there is no such source: there are ${Object.keys(sources).join(", ")}`);
      streams.checkRoom();
      const stream = streams.open(reply.raw, headersOf(reply.getHeaders()));
      connections.isStream(request.raw.socket);
      reply.hijack();
      streamSource(source, stream, cursor).catch((cause: unknown) => {
        failed(cause);
        stream.end("failed", unavailable);
      });
    }),
  );
  app.post("/v1/ads", { schema: { body: ad } }, (request, reply) =>
    counted(door, request, reply, async () => {
      await check(accessOf(request, "owner").credential);
      if (post === undefined) throw new HttpError(404, "NotFound", "this hub takes no ads");
      await post((request.body as { readonly text: string }).text);
      void reply.code(201);
      return {};
    }),
  );
}

/** What watches over the hub: whether it is well, and what it counts. Neither needs a key, nor tells one. */
export function addWatching(app: FastifyInstance, { inboxes, clock, metrics, connections, streams }: Door): void {
  app.get("/health", { exposeHeadRoute: true }, async (_request, reply) => {
    const { why } = await ailment(inboxes, clock);
    if (why === undefined) return { status: "ok" };
    void reply.code(503);
    return { status: "failing", why };
  });
  app.get("/ready", { exposeHeadRoute: true }, async (_request, reply) => {
    const { reads, why } = await ailment(inboxes, clock);
    if (why === undefined) return { status: "ready", reads, rings: true };
    void reply.code(503);
    return { status: "not ready", reads, rings: false, why };
  });
  app.get("/metrics", async (_request, reply) =>
    reply
      .type("text/plain; version=0.0.4; charset=utf-8")
      .send(metrics.text({ connections: connections.count, readers: streams.count, backlog: streams.backlog })),
  );
}

/**
 * Makes a signal that the client has left, or sends nothing more: that looks the same until the hub answers, so
 * its answer is due as soon as possible.
 */
function leaving({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const left = (): void => controller.abort();
  if (socket.readableEnded) left();
  socket.once("end", left);
  response.once("close", () => {
    socket.off("end", left);
    left();
  });
  return controller.signal;
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

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers["last-event-id"];
  return Array.isArray(id) ? id[0] : id;
}

/** Those that every answer has, for one that is not fastify's. */
function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** The body of a new ad. */
const ad = {
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
  additionalProperties: false,
};

/** How a stream of a source ends that cannot be had. */
const unavailable = 'event: end\ndata: {"code":"Unavailable","error":"the source has gone: connect again"}\n\n';

/** How long the inboxes may take to say that they are there. */
const ANSWER_MS = 2_000;

/** Says whether items can be read, and if they or rings cannot be had, why. */
async function ailment(inboxes: Inboxes, clock: Clock): Promise<{ readonly reads: boolean; readonly why?: string }> {
  let late: { cancel(): void } | undefined;
  try {
    const trouble = await Promise.race([
      inboxes.trouble(),
      new Promise<never>((_resolve, reject) => {
        late = clock.after(ANSWER_MS, () => reject(new Error(`the inboxes did not answer in ${ANSWER_MS} ms`)));
      }),
    ]);
    return trouble === undefined ? { reads: true } : { reads: true, why: `nothing can be stored: ${trouble}` };
  } catch (cause) {
    return { reads: false, why: cause instanceof Error ? cause.message : "the inboxes do not answer" };
  } finally {
    late?.cancel();
  }
}
