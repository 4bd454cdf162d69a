import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

import { LineError } from "../../errors.ts";
import { DEFAULT_PORT } from "../../port.ts";
import type { Dial } from "../core/index.ts";

/** Where a server is: a TCP port, with TLS if asked, or a Unix socket. */
export interface ServerAddress {
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** @default 6789 */
  readonly port?: number;
  /** `true`, or options of Node's `tls.connect`. @default false */
  readonly tls?: boolean | ConnectionOptions;
  /** A Unix socket, instead of host and port. */
  readonly path?: string;
}

export interface DialOptions {
  /** Milliseconds in which a connection must come to be, its TLS handshake included. */
  readonly connectMs: number;
  /** Milliseconds of quiet before TCP asks whether the server is still there. */
  readonly keepAliveMs: number;
}

/**
 * Connects to `address` whenever the client wants a connection.
 *
 * @throws LineError `InvalidArgument`
 */
export function dialer(address: ServerAddress, { connectMs, keepAliveMs }: DialOptions): Dial {
  const { port = DEFAULT_PORT } = address;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new LineError("InvalidArgument", `a port to connect to is a whole number from 1 to 65535, not ${port}`);
  return (events) => {
    const { socket, ready } = open(address);
    let cause: Error | undefined;
    const late = setTimeout(() => socket.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    socket.once(ready, () => {
      clearTimeout(late);
      events.opened({ write: (text) => void socket.write(text), destroy: () => socket.destroy() });
    });
    socket.on("data", (chunk: Buffer) => events.received(chunk));
    socket.on("error", (error) => (cause = error));
    socket.on("close", () => {
      clearTimeout(late);
      events.closed(cause);
    });
    return { destroy: () => void socket.destroy() };
  };
}

function open({ host = "127.0.0.1", port = DEFAULT_PORT, tls = false, path }: ServerAddress): {
  socket: Socket;
  ready: string;
} {
  // As an object: a path that is a number is no port.
  if (path !== undefined) return { socket: connect({ path }), ready: "connect" };
  if (tls === false) return { socket: connect({ host, port }), ready: "connect" };
  // An address is no name to ask a server's certificate by: it is checked against the addresses in it.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  try {
    return { socket: connectTls({ host, port, ...servername, ...(tls === true ? {} : tls) }), ready: "secureConnect" };
  } catch (cause) {
    throw new LineError("InvalidArgument", `the TLS options cannot be used: ${(cause as Error).message}`, { cause });
  }
}
