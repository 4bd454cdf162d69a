import type { Server, Socket } from "node:net";
import { createServer, type TlsOptions, type TLSSocket } from "node:tls";

import { LineError } from "../../errors.ts";
import type { Limits } from "../core/index.ts";

/**
 * A server that only shakes hands: sockets are given to it by `emit("connection", socket)` once they have been let in,
 * and come out at `secured`.
 *
 * @throws LineError `InvalidArgument` when the key or the certificate is not one
 */
export function handshaker(
  options: TlsOptions,
  limits: Limits,
  secured: (socket: TLSSocket) => void,
  failed: () => void,
): Server {
  let server;
  try {
    server = createServer({ minVersion: "TLSv1.2", ...options, handshakeTimeout: limits.handshakeMs });
  } catch (cause) {
    throw new LineError("InvalidArgument", `the TLS key or certificate cannot be used: ${(cause as Error).message}`, {
      cause,
    });
  }
  // A client that ends within its handshake has gone; half open, it would be waited for until `handshakeMs` is over.
  server.prependListener("connection", (socket: Socket) => (socket.allowHalfOpen = false));
  server.on("secureConnection", (socket: TLSSocket) => {
    socket.allowHalfOpen = true;
    secured(socket);
  });
  server.on("tlsClientError", (_cause: Error, socket: Socket) => {
    failed();
    socket.destroy();
  });
  return server;
}
