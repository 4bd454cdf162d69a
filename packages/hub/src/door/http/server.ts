import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";

import fastify, { type FastifyInstance, type FastifyReply } from "fastify";

import type { Connections } from "./connections.ts";
import { errorBody, errorHeaders, HttpError, httpErrorOf } from "./errors.ts";
import { guard } from "./guard.ts";
import type { HttpLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { Origins } from "./origins.ts";

/** What a server is made of. */
export interface ServerParts {
  readonly limits: HttpLimits;
  readonly metrics: Metrics;
  readonly connections: Connections;
  /** Known once it listens. */
  readonly origins: () => Origins;
  /** Hears what nobody foresaw. */
  readonly failed: (cause: unknown) => void;
}

/** The server without a route: limits, who may ask at all, and how errors are told. */
export function makeServer(parts: ServerParts): FastifyInstance {
  const { limits, metrics, connections, origins, failed } = parts;
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 128 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false } },
    schemaErrorFormatter: (errors, where) => new HttpError(400, "InvalidArgument", said(errors[0], where)),
    clientErrorHandler: (cause, socket) => answerBroken(httpErrorOf(cause), socket),
    frameworkErrors: (cause, _request, reply) => void answerError(reply as unknown as FastifyReply, httpErrorOf(cause)),
    serverFactory: (handler) => makeNodeServer(limits, connections, handler),
  });
  // What a form of another site's page can send is no JSON of ours.
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async ({ raw }, reply) => {
    void reply.headers({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    void reply.headers({ "cross-origin-resource-policy": "same-origin", "cache-control": "no-store" });
    try {
      guard(raw, origins());
    } catch (cause) {
      metrics.count("requestsRefused", httpErrorOf(cause).code);
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

function answerError(reply: FastifyReply, error: HttpError): FastifyReply {
  return reply
    .code(error.status)
    .headers(errorHeaders(error))
    .type("application/json; charset=utf-8")
    .send(errorBody(error));
}

function makeNodeServer(
  limits: HttpLimits,
  connections: Connections,
  handler: Parameters<typeof createServer>[1],
): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs / 4),
      // A request without a Host is answered by the guard, in our words.
      requireHostHeader: false,
      insecureHTTPParser: false,
      noDelay: true,
    },
    handler,
  );
  // Else Node drops what comes after its 2000th header in silence; their bytes are bounded.
  server.maxHeadersCount = 0;
  server.on("connection", (socket) => connections.add(socket));
  return server;
}

/** Answers what is no request, and closes. */
function answerBroken(error: HttpError, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const body = errorBody(error);
  socket.end(
    `HTTP/1.1 ${error.status} ${error.code}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
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
