import {
  createServer,
  type AddressInfo,
  type ListenOptions as NetListenOptions,
  type Server,
  type Socket,
} from "node:net";

import { LineError } from "../../errors.ts";
import type { Limits } from "../core/index.ts";

/** As many connections as may wait to be accepted. The system may allow fewer. */
const BACKLOG = 4_096;

/** A stream server that hands every accepted socket to `accepted`, set up as a session's carrier wants it. */
export function streamServer(limits: Limits, accepted: (socket: Socket) => void): Server {
  return createServer(
    {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: limits.keepAliveMs,
      highWaterMark: limits.pendingBytesMax,
    },
    accepted,
  );
}

/**
 * Starts listening.
 *
 * @throws LineError `AddressInUse` or `CannotListen`, in words that name the address and the remedy
 */
export async function startListening(server: Server, address: NetListenOptions): Promise<AddressInfo | string | null> {
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => reject(explain(cause, address));
    server.once("error", failed);
    server.listen({ ...address, backlog: BACKLOG }, () => {
      server.off("error", failed);
      resolve();
    });
  });
  return server.address();
}

/** Why the system refuses an address, in words that name it and the remedy. */
export function explain(cause: NodeJS.ErrnoException, { host, port, path }: NetListenOptions): LineError {
  const where = path === undefined ? `port ${port} on ${host}` : `socket ${path}`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new LineError("AddressInUse", `${where} is in use: stop what listens there, or choose another`, { cause });
    case "EACCES":
    case "EPERM":
      return new LineError(
        "CannotListen",
        `${where} is not for this user: choose a port from 1024, or a directory of your own`,
        { cause },
      );
    case "EADDRNOTAVAIL":
      return new LineError("CannotListen", `${host} is not an address of this machine`, { cause });
    case "ENOTFOUND":
      return new LineError("CannotListen", `no address is known for ${host}`, { cause });
    default:
      return new LineError("CannotListen", `cannot listen at ${where}: ${cause.message}`, { cause });
  }
}
