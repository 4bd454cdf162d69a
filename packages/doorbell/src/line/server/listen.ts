/** The sockets under a server: TCP and Unix listeners, TLS handshakes, and what carries a session over one of them. */

import { chmodSync, existsSync, lstatSync, type Stats, unlinkSync } from "node:fs";
import {
  type AddressInfo,
  connect,
  createServer,
  type ListenOptions as NetListenOptions,
  type Server,
  type Socket,
} from "node:net";
import { dirname } from "node:path";
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from "node:tls";
import { isMainThread } from "node:worker_threads";

import { LineError } from "../errors.ts";
import type { Session } from "./session.ts";
import type { Carrier, Limits } from "./types.ts";

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

/** As many connections as may wait to be accepted. The system may allow fewer. */
const BACKLOG = 4_096;

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
function explain(cause: NodeJS.ErrnoException, { host, port, path }: NetListenOptions): LineError {
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

/** Carries a session's bytes over a connected stream socket: TCP, TLS or Unix. */
export class SocketCarrier implements Carrier {
  readonly #socket: Socket;
  readonly #pendingBytesMax: number;
  #session: Session | undefined;

  /** `socket` is half-open: its end is the session's to decide. */
  constructor(socket: Socket, pendingBytesMax: number) {
    this.#socket = socket;
    this.#pendingBytesMax = pendingBytesMax;
  }

  /** Lets the bytes flow to `session`. */
  carry(session: Session): void {
    this.#session = session;
    const socket = this.#socket as Owned;
    socket[owner] = this;
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("drain", onDrain);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  write(bytes: string | Uint8Array): boolean {
    const drainComes = !this.#socket.write(bytes);
    // What the system took at once waits no longer, whatever `write` answers.
    if (this.#socket.writableLength < this.#pendingBytesMax) return true;
    // A TLS socket has a high-water mark of its own; below that no "drain" comes. Nothing, written last, leaves last.
    if (!drainComes) this.#socket.write("", () => this.#session?.drained());
    return false;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end(() => this.#session?.flushed());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  get session(): Session | undefined {
    return this.#session;
  }
}

/** Who listens to a socket's events, kept on the socket, so that all sockets share the same few functions. */
const owner = Symbol("carrier");

type Owned = Socket & { [owner]: SocketCarrier };

function onData(this: Socket, chunk: Buffer): void {
  (this as Owned)[owner].session?.received(chunk);
}

function onEnd(this: Socket): void {
  (this as Owned)[owner].session?.inputEnded();
}

function onDrain(this: Socket): void {
  (this as Owned)[owner].session?.drained();
}

function onError(this: Socket): void {
  // A client that resets or vanishes is no event of its own: "close" follows.
}

function onClose(this: Socket): void {
  (this as Owned)[owner].session?.closed();
}

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
    server = createTlsServer({ minVersion: "TLSv1.2", ...options, handshakeTimeout: limits.handshakeMs });
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

/** The longest path of a socket that Linux and macOS both take, in bytes. */
const PATH_BYTES_MAX = 103;

/**
 * Starts listening at a Unix socket that only its owner can connect to. A socket left behind by a server that is gone
 * is replaced; one that somebody answers at, or a file that is no socket, is left alone.
 *
 * @throws LineError `AddressInUse`, `CannotListen` or `InvalidArgument`
 */
export async function listenUnix(server: Server, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  // Longer paths are cut off by the system without a word, and the socket then stands under another name.
  if (bytes < 1 || bytes > PATH_BYTES_MAX)
    throw new LineError("InvalidArgument", `a socket's path is 1 to ${PATH_BYTES_MAX} bytes, this one is ${bytes}`);
  if (path.includes("\0")) throw new LineError("InvalidArgument", "a socket's path has no NUL in it");
  if (!existsSync(dirname(path)))
    throw new LineError("CannotListen", `there is no directory ${dirname(path)} for a socket: make it first`);
  await removeStale(path);
  // Node takes what reads as a number for a port.
  await ownerOnly(() => startListening(server, { path: Number(path) >= 0 ? `./${path}` : path }));
  chmodSync(path, 0o600);
}

/** Runs `bind`, which binds before it returns, so that the socket has the right mode from its first moment. */
function ownerOnly<T>(bind: () => T): T {
  // Only the main thread may change the process's mask; in a worker the mode is mended just after.
  if (!isMainThread) return bind();
  const mask = process.umask(0o177);
  try {
    return bind();
  } finally {
    process.umask(mask);
  }
}

async function removeStale(path: string): Promise<void> {
  const found = look(path);
  if (found === undefined) return;
  if (!found.isSocket())
    throw new LineError("CannotListen", `${path} exists and is no socket: remove it, or choose another path`);
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ path });
    socket.on("connect", () => resolve(true));
    socket.on("error", (cause: NodeJS.ErrnoException) => resolve(cause.code !== "ECONNREFUSED"));
    socket.on("connect", () => socket.destroy());
  });
  if (answered)
    throw new LineError("AddressInUse", `socket ${path} is in use: stop what listens there, or choose another`);
  // Another server may have replaced it meanwhile: what stands there now is that one's, and answers.
  const now = look(path);
  if (now === undefined) return;
  if (now.ino !== found.ino || now.ctimeMs !== found.ctimeMs) return removeStale(path);
  try {
    unlinkSync(path);
  } catch (cause) {
    throw explain(cause as NodeJS.ErrnoException, { path });
  }
}

/** What stands at `path`, if anything does. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw explain(cause as NodeJS.ErrnoException, { path });
  }
}
