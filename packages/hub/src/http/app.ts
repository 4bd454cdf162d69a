import type { RequestListener, Server } from "node:http";

import fastify, { type FastifyInstance, type FastifyReply } from "fastify";

import { guard } from "./access.ts";
import type { Door } from "./door.ts";
import { errorBody, errorHeaders, HttpError, httpErrorOf } from "./errors.ts";
import { addLogin, addManaging, addOwning } from "./manage.ts";
import { addPage } from "./page-files.ts";
import { addRing } from "./publish.ts";
import { addReading, addSources, addWatching } from "./read.ts";

/** What answers requests. */
export interface Application {
  readonly handle: RequestListener;
  close(): Promise<void>;
}

/** Makes all that `docs/http.md` lists, for the requests of a server that listens. */
export async function makeApplication(door: Door, server: Server, pageFolder: string): Promise<Application> {
  let handle: RequestListener | undefined;
  const app = makeFramework(door, (handler) => {
    handle = handler;
    return server;
  });
  addRoutes(app, door, pageFolder);
  await app.ready();
  if (handle === undefined) throw new Error("the framework made no server");
  return { handle, close: () => app.close() };
}

/** The framework without a route: limits, who may ask at all, and how errors are told. */
function makeFramework(door: Door, serverFactory: (handler: RequestListener) => Server): FastifyInstance {
  const { limits, metrics, origins, failed } = door;
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 128 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false } },
    schemaErrorFormatter: (errors, where) => new HttpError(400, "InvalidArgument", said(errors[0], where)),
    // The server has its own.
    clientErrorHandler: () => {},
    frameworkErrors: (cause, _request, reply) => void answerError(reply as unknown as FastifyReply, httpErrorOf(cause)),
    serverFactory,
  });
  // What a form of another site's page can send is no JSON of ours.
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async ({ raw }, reply) => {
    void reply.headers({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    void reply.headers({ "cross-origin-resource-policy": "same-origin", "cache-control": "no-store" });
    try {
      guard(raw, origins());
    } catch (cause) {
      const { code, status } = httpErrorOf(cause);
      metrics.count("requestsRefused", code);
      // Its sender may have meant another beginning or end of it, too.
      if (status === 400) void reply.header("connection", "close");
      throw cause;
    }
  });
  app.addHook("onResponse", async (_request, { statusCode }) => {
    metrics.count("requests", `${Math.floor(statusCode / 100)}xx`);
  });
  app.setNotFoundHandler(() => {
    throw new HttpError(
      404,
      "NotFound",
      "there is nothing at this address with this method: docs/http.md lists what there is",
    );
  });
  app.setErrorHandler((cause, _request, reply) => {
    const error = httpErrorOf(cause);
    if (error.status >= 500 && error.code === "Failed") failed(cause);
    return answerError(reply, error);
  });
  return app;
}

/** Everything that docs/http.md lists. */
function addRoutes(app: FastifyInstance, door: Door, pageFolder: string): void {
  // Bodies are read otherwise there.
  void app.register(async (scope) => addRing(scope, door));
  for (const add of [addReading, addManaging, addOwning, addLogin, addSources, addWatching]) add(app, door);
  addPage(app, pageFolder);
}

/** What breaks a schema, as it is told: where, and what is expected. */
function said(error: SchemaError | undefined, where: string): string {
  const place = (error?.instancePath ?? "").slice(1).replaceAll("/", ".");
  const what = where === "querystring" ? "the query" : where === "params" ? "the address" : "the body";
  const { additionalProperty, allowedValues } = error?.params ?? {};
  if (typeof additionalProperty === "string")
    return `${place || what} has no field ${JSON.stringify(additionalProperty.slice(0, 40))}`;
  const expected = Array.isArray(allowedValues) ? `: ${allowedValues.join(", ")}` : "";
  return `${place || what} ${error?.message ?? "is not understood"}${expected}`;
}

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function answerError(reply: FastifyReply, error: HttpError): FastifyReply {
  return reply
    .code(error.status)
    .headers(errorHeaders(error))
    .type("application/json; charset=utf-8")
    .send(errorBody(error));
}
