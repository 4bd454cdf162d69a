import type { AddressInfo, Server, Socket } from "node:net";
import type { TlsOptions } from "node:tls";

import { DEFAULT_PORT } from "../codec.ts";
import { LineError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { systemClock } from "../time.ts";
import type { Compat } from "./commands.ts";
import { refusal, ServerCore } from "./core.ts";
import { handshaker, listenUnix, SocketCarrier, startListening, streamServer } from "./listen.ts";
import { type CloseReason, completeLimits, type Counters, type Limits, type OpenInbox, type Source } from "./types.ts";

export interface LineServerOptions {
  /** The sources that a client can ask for, by name. */
  readonly sources: Readonly<Record<string, Source>>;
  /**
   * Puts an ad on the board; the text has been checked. The client is told `OK` when it returns, or its promise
   * resolves. Without it, `post` is refused.
   */
  readonly post?: (text: string) => void | Promise<void>;
  /** Opens the inbox that a key is of, for a session that says `key <key>`. Without it, there is no such command. */
  readonly openInbox?: OpenInbox;
  /**
   * `"silent"`: a line that is no command gets no answer, as in the original servers. `"original"`: the same, and the
   * only commands are those of the how-to, `random?`, `classified?`, `notif` and `stop_notif`, without names; other
   * sources are neither given nor announced. Only `post` stays, as ads must come from somewhere. @default "answer"
   */
  readonly compat?: Compat;
  /** Each has a documented default. */
  readonly limits?: Partial<Limits>;
  /** Hears what an operator may want to know. Nothing that a client said is in it. */
  readonly log?: (event: ServerEvent) => void;
}

/** More connections than this are not waited for when they are refused: a flood of them is just dropped. */
const REFUSING_MAX = 256;

/**
 * A server of the line protocol, over any number of TCP, TLS and Unix sockets.
 *
 * @example
 * const ticks = new MemorySource();
 * await using server = new LineServer({ sources: { ticks } });
 * await server.listen({ port: 6789 });
 */
export class LineServer implements AsyncDisposable {
  readonly #limits: Limits;
  readonly #core: ServerCore;
  readonly #admission: Admission;
  readonly #log: (event: ServerEvent) => void;
  readonly #servers = new Set<Server>();
  /** Sockets that are not a session's own: those under TLS, and those being told that there is no room. */
  readonly #outside = new Set<Socket>();
  #refusing = 0;
  #closing: Promise<void> | undefined;
  #emptied: (() => void) | undefined;
  /** One function for all sockets: ten thousand closures would be felt. */
  readonly #onClose: (this: Socket) => void;

  /** @throws LineError `InvalidArgument`, naming the option */
  constructor(options: LineServerOptions) {
    checkServerOptions(options);
    this.#limits = completeLimits(options.limits ?? {});
    this.#log = options.log ?? (() => {});
    this.#admission = new Admission(this.#limits);
    const released = (socket: Socket): void => this.#release(socket.remoteAddress);
    this.#onClose = function () {
      released(this);
    };
    this.#core = new ServerCore({
      sources: options.sources,
      post: options.post,
      openInbox: options.openInbox,
      compat: options.compat ?? "answer",
      limits: this.#limits,
      clock: systemClock,
      defer: soon(),
      sessionClosed: (reason) => this.#log({ type: "closed", reason }),
      sourceFailed: (cause) => this.#log({ type: "sourceFailed", cause }),
    });
  }

  /**
   * The server's loop, a turn for each connection that a listener accepts. Admission counts it; one that would pass a
   * limit is told so and closed. `accepted` takes over one that is in: at once, or after its TLS handshake, `#open` gives
   * it a session, which the socket's events call from then on. When the socket closes, admission has room for another.
   */
  #serve(accepted: (socket: Socket) => void): Server {
    return streamServer(this.#limits, (socket) => {
      const limit = this.#admission.admit(socket.remoteAddress);
      if (limit !== undefined) return this.#refuse(socket, limit);
      socket.on("close", this.#onClose);
      accepted(socket);
    });
  }

  #open(socket: Socket): void {
    const carrier = new SocketCarrier(socket, this.#limits.pendingBytesMax);
    const session = this.#core.open(carrier);
    carrier.carry(session);
    if (this.#closing !== undefined) session.stop();
  }

  /**
   * Starts to listen, by default on loopback at port 6789. It can be called again for further addresses.
   *
   * @throws LineError `AddressInUse`, `CannotListen`, `InvalidArgument`, `ServerClosed`
   */
  async listen(options?: TcpListenOptions): Promise<TcpAddress>;
  async listen(options: UnixListenOptions): Promise<UnixListenOptions>;
  async listen(options: ListenOptions): Promise<ListenAddress>;
  async listen(options: ListenOptions = {}): Promise<ListenAddress> {
    if (this.#closing !== undefined) throw new LineError("ServerClosed", "this server was closed: make a new one");
    checkOptions(options, { path: "string", host: "string", port: "number", tls: "object" });
    if ("path" in options) {
      const server = this.#serve((socket) => this.#open(socket));
      return this.#keep(
        server,
        listenUnix(server, options.path).then(() => ({ path: options.path })),
      );
    }
    const { host = "127.0.0.1", port = DEFAULT_PORT, tls } = options;
    // Node would take it for every address of the machine.
    if (host === "") throw new LineError("InvalidArgument", "a host is a name or an address, not empty");
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new LineError("InvalidArgument", `a port is a whole number from 0 to 65535, not ${port}`);
    const server = this.#serve(tls === undefined ? (socket) => this.#open(socket) : this.#shakeHands(tls));
    return this.#keep(
      server,
      startListening(server, { host, port }).then((address) => ({
        host,
        port: (address as AddressInfo).port,
        tls: tls !== undefined,
      })),
    );
  }

  stats(): ServerStats {
    const { counters, sessions, announcer } = this.#core;
    return {
      ...structuredClone(counters),
      connections: this.#admission.held,
      sessions,
      notifying: announcer.listeners,
    };
  }

  /**
   * Stops: takes no more connections, answers what was asked, tells every client that the server stops, and closes.
   * Who has not gone after `graceMs` is cut off. Calling it again waits for the same end.
   */
  close({ graceMs = 3_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Owns a server from the moment it listens; a failure leaves nothing behind. */
  async #keep<T>(server: Server, listening: Promise<T>): Promise<T> {
    const address = await listening.catch((cause: unknown) => {
      server.close();
      throw cause;
    });
    if (this.#closing !== undefined) {
      server.close();
      throw new LineError("ServerClosed", "this server was closed while it began to listen");
    }
    this.#servers.add(server);
    // Out of file descriptors, say. What is connected goes on; the listener stays.
    server.on("error", (cause) => this.#log({ type: "acceptFailed", cause }));
    return address;
  }

  #shakeHands(tls: TlsOptions): (socket: Socket) => void {
    const { counters } = this.#core;
    const hands = handshaker(
      tls,
      this.#limits,
      (secured) => this.#open(secured),
      () => {
        counters.refused.handshake += 1;
        this.#log({ type: "refused", limit: "handshake" });
      },
    );
    return (socket) => {
      this.#keepOutside(socket);
      hands.emit("connection", socket);
    };
  }

  #refuse(socket: Socket, limit: Refusal): void {
    this.#core.counters.refused[limit] += 1;
    this.#log({ type: "refused", limit });
    if (this.#refusing >= REFUSING_MAX) return void socket.destroy();
    this.#refusing += 1;
    this.#keepOutside(socket);
    const late = systemClock.after(this.#limits.lingerMs, () => socket.destroy());
    socket.on("close", () => {
      late.cancel();
      this.#refusing -= 1;
    });
    socket.resume();
    socket.end(refusal(limit));
  }

  #keepOutside(socket: Socket): void {
    this.#outside.add(socket);
    socket.on("error", ignore);
    socket.on("close", () => this.#outside.delete(socket));
  }

  #release(address: string | undefined): void {
    this.#admission.release(address);
    if (this.#admission.held === 0) this.#emptied?.();
  }

  async #close(graceMs: number): Promise<void> {
    const closed = [...this.#servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const emptied = new Promise<void>((resolve) => (this.#emptied = resolve));
    this.#core.stop();
    if (this.#admission.held > 0) {
      const late = setTimeout(() => this.#cutOff(), graceMs);
      await emptied;
      clearTimeout(late);
    }
    this.#cutOff();
    await Promise.all(closed);
  }

  #cutOff(): void {
    this.#core.destroy();
    for (const socket of this.#outside) socket.destroy();
  }
}

/** A TCP port to listen at, with TLS if given a key and a certificate. */
export interface TcpListenOptions {
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 takes any free one. @default 6789 */
  readonly port?: number;
  readonly tls?: TlsOptions;
}

/** A Unix socket to listen at. Only its owner can connect. */
export interface UnixListenOptions {
  readonly path: string;
}

export type ListenOptions = TcpListenOptions | UnixListenOptions;

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Where a server listens. */
export type ListenAddress = TcpAddress | UnixListenOptions;

export interface ServerStats extends Readonly<Counters> {
  /** connections held now, those in a TLS handshake included */
  readonly connections: number;
  /** sessions now */
  readonly sessions: number;
  /** sessions in notification mode now */
  readonly notifying: number;
}

/** An event that an operator may want to know of. */
export type ServerEvent =
  | { readonly type: "closed"; readonly reason: CloseReason }
  | { readonly type: "refused"; readonly limit: Refusal | "handshake" }
  | { readonly type: "sourceFailed"; readonly cause: unknown }
  | { readonly type: "acceptFailed"; readonly cause: unknown };

/** @throws LineError `InvalidArgument`, naming the option */
function checkServerOptions(options: LineServerOptions): void {
  checkOptions(options, shapes);
  if (options.sources === undefined)
    throw new LineError("InvalidArgument", "sources is missing: an object with a source for each name");
  for (const [name, source] of Object.entries(options.sources))
    if (typeof source?.subscribe !== "function" || typeof source.fetch !== "function")
      throw new LineError("InvalidArgument", `sources.${name} is no source: it has no subscribe() or no fetch()`);
  const { compat = "answer" } = options;
  if (!["answer", "silent", "original"].includes(compat))
    throw new LineError("InvalidArgument", `compat is "answer", "silent" or "original", not ${JSON.stringify(compat)}`);
}

const shapes = {
  sources: "object",
  post: "function",
  openInbox: "function",
  compat: "string",
  limits: "object",
  log: "function",
} as const satisfies Readonly<Record<keyof LineServerOptions, string>>;

/**
 * Makes a function that runs things soon, and together when there are many: the first at the end of what is running
 * now, further ones at the end of the event loop's turn. A lone event waits for nothing; a flood of them is handled in
 * bulk.
 */
function soon(): (run: () => void) => void {
  let isFlood = false;
  const calm = (): void => {
    isFlood = false;
  };
  return (run) => {
    if (isFlood) return void setImmediate(run);
    isFlood = true;
    setImmediate(calm);
    process.nextTick(run);
  };
}

/** Counts the connections held, in all and by address, and says whether one more may come in. */
export class Admission {
  readonly #limits: Limits;
  readonly #byAddress = new Map<string, number>();
  #held = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get held(): number {
    return this.#held;
  }

  /** Lets one connection in, or says which limit it would pass. `address` is `undefined` where peers have none. */
  admit(address: string | undefined): Refusal | undefined {
    if (this.#held >= this.#limits.connectionsMax) return "connections";
    if (address !== undefined) {
      const same = this.#byAddress.get(address) ?? 0;
      if (same >= this.#limits.connectionsPerAddressMax) return "connectionsPerAddress";
      this.#byAddress.set(address, same + 1);
    }
    this.#held += 1;
    return undefined;
  }

  /** One that was let in has gone. */
  release(address: string | undefined): void {
    this.#held -= 1;
    if (address === undefined) return;
    const rest = (this.#byAddress.get(address) ?? 1) - 1;
    if (rest === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, rest);
  }
}

/** Which limit keeps a connection out. */
export type Refusal = "connections" | "connectionsPerAddress";

function ignore(): void {
  // An error of a socket is always followed by its "close", and that is what counts.
}
