import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

import { DEFAULT_PORT, isKey, isSourceName } from "../codec.ts";
import { LineError } from "../errors.ts";
import { checkOptions, type Shape } from "../options.ts";
import { type Clock, systemClock } from "../time.ts";
import type { CallOptions, Dial } from "./link.ts";

/** A client that is being connected. */
interface Connectable {
  readonly connected: Promise<void>;
  close(): Promise<void>;
}

/** Makes a client over sockets, and waits until it is connected. */
export async function connectClient<C extends Connectable>(
  make: (powers: ClientPowers, options: ClientOptions) => C,
  given: ConnectOptions,
): Promise<C> {
  checkConnectOptions(given);
  const { host, port, tls, path, signal, ...options } = given;
  const { connectMs, keepAliveMs } = completeOptions(options);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw new LineError(
      "InvalidArgument",
      `a port to connect to is a whole number from 1 to 65535, not ${String(port)}`,
    );
  if (path !== undefined && tls !== undefined && tls !== false)
    throw new LineError("InvalidArgument", "a Unix socket is connected to without TLS: leave out path, or tls");
  const address = {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(tls !== undefined && { tls }),
    ...(path !== undefined && { path }),
  };
  const client = make(
    { dial: dialer(address, { connectMs, keepAliveMs }), clock: systemClock, random: Math.random },
    options,
  );
  const abort = (): void => void client.close();
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await client.connected;
    return client;
  } catch (cause) {
    await client.close();
    if ((cause as LineError).code === "Refused") throw cause;
    if (signal?.aborted === true) throw new LineError("Aborted", "connecting was given up", { cause: signal.reason });
    throw new LineError(
      "CannotConnect",
      `no connection to ${path ?? `${host ?? "127.0.0.1"}:${port ?? DEFAULT_PORT}`}: ${reason(cause)}`,
      {
        cause,
      },
    );
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

export interface ConnectOptions extends ClientOptions, ServerAddress {
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** The behaviour of a client. Times are milliseconds. */
export interface ClientOptions {
  /** From a call until its answer; past it, the call fails and the client connects anew. @default 10_000 */
  readonly deadlineMs?: number;
  /** For one attempt to connect, a TLS handshake included. @default 10_000 */
  readonly connectMs?: number;
  /**
   * After so long in notification mode the client leaves and enters it again, before the server's idle limit (30
   * minutes) ends it. Behind some middleboxes 29 minutes is too long. Nothing is lost by it, and a `LineServer` repeats
   * no notification: both commands are sent in one write, behind which it goes on with the mode. Only if the network cuts
   * that write in two is what is unread announced again. Other servers may announce what they like as the mode is
   * entered; every notification of theirs is handed on. @default 1_740_000 (29 min)
   */
  readonly rearmMs?: number;
  /** Of quiet, before TCP asks whether the server is still there. @default 60_000 */
  readonly keepAliveMs?: number;
  /** Makes a lost connection anew. @default true */
  readonly reconnect?: boolean;
  /** The first attempt to reconnect falls within this time, at random; the time doubles ... @default 1_000 */
  readonly backoffMs?: number;
  /** ... up to this. @default 30_000 */
  readonly backoffMaxMs?: number;
  /**
   * A reading key: `items("inbox")` are those of its inbox. It is said on each connection. A server that refuses it ends
   * the client with `Refused`.
   */
  readonly key?: string | undefined;
  /** With a key: the number of the last item that was read before. @default the newest 100 items are unread */
  readonly after?: number | undefined;
  /** A command while another waits for its answer: queued, or refused with `Busy`. @default "queue" */
  readonly burst?: "queue" | "refuse";
  /** Called when a source has something new, by the source's name: `{ random: () => … }`. */
  readonly available?: Readonly<Record<string, () => unknown>>;
  /** Called with each new item. Enters notification mode by itself. For other sources, see `items`. */
  readonly received?: Received;
}

export interface Received {
  readonly random?: (value: number) => unknown;
  readonly classified?: (ad: string) => unknown;
}

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

/** The parts of a client: its way to connect, and the powers it has no other way to. */
export interface ClientPowers {
  readonly dial: Dial;
  readonly clock: Clock;
  /** 0 ≤ n < 1, as `Math.random` */
  readonly random: () => number;
}

/** @throws LineError `InvalidArgument`, naming the option: one that there is not, or of the wrong type */
function checkConnectOptions(options: ConnectOptions): void {
  const address = {
    host: "string",
    port: "number",
    tls: ["boolean", "object"],
    path: "string",
    signal: "object",
  } as const;
  checkOptions(options, { ...address, ...shapes });
}

/** @throws LineError `InvalidArgument`, naming the option */
export function completeOptions(options: ClientOptions): CompleteOptions {
  checkOptions(options, shapes);
  checkOptions(options.received ?? {}, { random: "function", classified: "function" }, "received");
  for (const [source, handler] of Object.entries(options.available ?? {})) {
    if (!isSourceName(source))
      throw new LineError(
        "InvalidArgument",
        `available.${source}: a source's name is 1 to 63 of a-z 0-9 _ -, a letter first`,
      );
    checkOptions({ [source]: handler }, { [source]: "function" }, "available");
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const complete: CompleteOptions = { ...defaults, ...given };
  for (const name of ["deadlineMs", "connectMs", "rearmMs", "keepAliveMs", "backoffMs", "backoffMaxMs"] as const)
    if (!(typeof complete[name] === "number" && complete[name] >= 1 && complete[name] < 2 ** 31))
      throw new LineError("InvalidArgument", `${name} is a number from 1 to 2147483647, not ${String(complete[name])}`);
  if (!["queue", "refuse"].includes(complete.burst))
    throw new LineError("InvalidArgument", `burst is "queue" or "refuse", not ${JSON.stringify(complete.burst)}`);
  const { key, after } = complete;
  // Nothing of it in the message.
  if (key !== undefined && !(typeof key === "string" && isKey(key)))
    throw new LineError("InvalidArgument", "a key is 1 to 255 printable characters of ASCII without a blank");
  if (after !== undefined && (key === undefined || !Number.isSafeInteger(after) || after < 0))
    throw new LineError("InvalidArgument", `after is a whole number from 0, and goes with a key, not ${String(after)}`);
  return complete;
}

/** With every option; `undefined` only where there is no key, or no number. */
type CompleteOptions = Required<ClientOptions>;

const defaults: CompleteOptions = {
  deadlineMs: 10_000,
  connectMs: 10_000,
  rearmMs: 29 * 60_000,
  keepAliveMs: 60_000,
  reconnect: true,
  backoffMs: 1_000,
  backoffMaxMs: 30_000,
  key: undefined,
  after: undefined,
  burst: "queue",
  available: {},
  received: {},
};

const shapes: Readonly<Record<keyof ClientOptions, Shape>> = {
  deadlineMs: "number",
  connectMs: "number",
  rearmMs: "number",
  keepAliveMs: "number",
  reconnect: "boolean",
  backoffMs: "number",
  backoffMaxMs: "number",
  key: "string",
  after: "number",
  burst: "string",
  available: "object",
  received: "object",
};

/**
 * Connects to `address` whenever the client wants a connection.
 *
 * @throws LineError `InvalidArgument`
 */
export function dialer(
  address: ServerAddress,
  { connectMs, keepAliveMs }: Pick<CompleteOptions, "connectMs" | "keepAliveMs">,
): Dial {
  const { port = DEFAULT_PORT } = address;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new LineError("InvalidArgument", `a port to connect to is a whole number from 1 to 65535, not ${port}`);
  return (events) => {
    const { socket, ready } = openSocket(address);
    let cause: Error | undefined;
    const late = setTimeout(() => socket.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    socket.once(ready, () => {
      clearTimeout(late);
      if (isOfItself(socket)) {
        cause = new Error("nothing listens there");
        // A reset, as an orderly end keeps the port from the server for another minute.
        return void socket.resetAndDestroy();
      }
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

/**
 * Tells whether a socket's other end is the socket. A system that picks a port for a client may pick the very one that
 * is connected to, and while no server listens there, the client is its own peer (TCP's simultaneous open). It would
 * answer itself, and keep the server from its port.
 */
function isOfItself({ localPort, remotePort, localAddress, remoteAddress }: Socket): boolean {
  return localPort !== undefined && localPort === remotePort && localAddress === remoteAddress;
}

function openSocket({ host = "127.0.0.1", port = DEFAULT_PORT, tls = false, path }: ServerAddress): {
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

function reason(cause: unknown): string {
  const { cause: inner, message } = cause as Error;
  return inner instanceof Error ? inner.message : message;
}

/** Additions of a class of this library to a client's options. */
export interface Added {
  readonly received?: Received;
  /** True if it enters notification mode by itself. */
  readonly wantsMode?: boolean;
}

export interface NotifyOptions extends CallOptions {
  /** The mode is about these alone, where the server has that extension. @default all */
  readonly sources?: readonly string[];
}

/** @throws LineError `InvalidArgument`, naming the option */
export function checkNotifyOptions(options: NotifyOptions): void {
  checkOptions(options, { sources: "object", signal: "object" });
  if (options.sources !== undefined && !Array.isArray(options.sources))
    throw new LineError("InvalidArgument", "sources is a list of names");
}
