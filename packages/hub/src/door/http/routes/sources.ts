import type { FastifyInstance } from "fastify";

import { accessOf } from "../authorization.ts";
import { counted, type Door } from "../door.ts";
import { HttpError } from "../errors.ts";
import { cursorOf, streamSource } from "../events/index.ts";
import { headersOf, lastEventIdOf } from "./read.ts";
import { ad } from "./schemas.ts";

const unavailable = 'event: end\ndata: {"code":"Unavailable","error":"the source has gone: connect again"}\n\n';

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
