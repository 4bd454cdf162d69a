import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Connections } from "./connections.ts";
import { errorBody, type HttpError, httpErrorOf } from "./errors.ts";
import type { HttpLimits } from "./limits.ts";

/** A server without an address, and with its limits. */
export function makeServer(limits: HttpLimits, connections: Connections, handler: RequestListener): Server {
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
  // Who has said all that they will say, as a shell's "nc -N", still waits for the answer: Node would hang up.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  // Node would answer this itself, before the guard has looked at the request.
  server.on("checkExpectation", handler);
  server.on("connection", (socket) => connections.add(socket));
  server.on("clientError", (cause, socket) => answerBroken(httpErrorOf(cause), socket as Socket));
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

/** Answers a request that nothing else can answer. */
export function answerFailed(error: HttpError, response: ServerResponse): void {
  response.writeHead(error.status, { "content-type": "application/json; charset=utf-8", connection: "close" });
  response.end(errorBody(error));
}
