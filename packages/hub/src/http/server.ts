import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import type { Source } from "@doorbell-js/doorbell/line";

import type { Inboxes } from "../inbox/types.ts";
import type { Clock } from "../time.ts";
import { Origins, WrongKeys } from "./access.ts";
import type { Application } from "./app.ts";
import { Connections, inTurn } from "./connections.ts";
import type { Door } from "./door.ts";
import { defaultHttpLimits, errorBody, HttpError, httpErrorOf, type HttpLimits } from "./errors.ts";
import { Feeds } from "./feed.ts";
import { Codes, loginLink } from "./login.ts";
import { Metrics } from "./metrics.ts";
import { pageFolder } from "./page-files.ts";
import { EventStreams, type StreamEnd } from "./sse.ts";

interface HttpDoorOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** How it is reached from elsewhere, behind a proxy, say. */
  readonly url?: string;
  readonly inboxes: Inboxes;
  /** The other sources, by name. */
  readonly sources: Readonly<Record<string, Source>>;
  /** Puts an ad on the board. @default none is taken */
  readonly post?: (text: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: (event: HttpEvent) => void;
  readonly limits?: Partial<HttpLimits>;
  /** Where the page's files are. @default the package's own */
  readonly pageFolder?: string;
  readonly randomBytes?: (length: number) => Uint8Array;
}

/** What an operator may want to know of it. */
export type HttpEvent =
  | { readonly type: "readerEnded"; readonly reason: StreamEnd }
  | { readonly type: "httpFailed"; readonly cause: unknown }
  | { readonly type: "connectionRefused" };

export interface HttpDoor extends AsyncDisposable {
  readonly address: HttpAddress;
  /** Returns the number of connections that are open now. */
  readonly connections: () => number;
  /** An address that logs in to the page, once, as who has this key. */
  loginLink(ownerKey: string): string;
}

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** What the addresses that it tells begin with. */
  readonly url: string;
}

/** How long requests may take to end when the door closes. */
const CLOSING_MS = 3_000;
/** When what answers requests is loaded, if there has been none. */
const LOAD_MS = 1_000;

/**
 * Opens inboxes and sources to HTTP. Resolves when it listens.
 *
 * @throws HttpDoorError `AddressInUse`, `CannotListen`, or `InvalidArgument`: the url is none
 */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const { host, port, url, inboxes, sources, post, clock, log } = options;
  if (url !== undefined) checkUrl(url);
  const limits = { ...defaultHttpLimits, ...options.limits };
  const metrics = new Metrics();
  const failed = (cause: unknown): void => log({ type: "httpFailed", cause });
  let origins: Origins | undefined;
  const door: Door = {
    inboxes,
    sources,
    post,
    limits,
    clock,
    metrics,
    failed,
    connections: new Connections(limits, clock, () => {
      metrics.count("connectionsRefused");
      log({ type: "connectionRefused" });
    }),
    streams: new EventStreams(limits, clock, (reason) => {
      if (reason !== "left") metrics.count("readersCut", reason);
      log({ type: "readerEnded", reason });
    }),
    feeds: new Feeds({ limits, clock, failed, sent: (items) => metrics.count("itemsSent", "", items) }),
    codes: new Codes({ clock, randomBytes: options.randomBytes ?? randomBytes }),
    wrongKeys: new WrongKeys(limits.wrongPerMinute, clock),
    origins: () => origins as Origins,
  };
  let loading: Promise<Application> | undefined;
  const application = (): Promise<Application> => {
    if (loading === undefined) {
      loading = loadApplication(door, server, options.pageFolder ?? pageFolder);
      loading.catch(failed);
    }
    return loading;
  };
  const answer: RequestListener = (request, response) => {
    application().then(
      ({ handle }) => handle(request, response),
      (cause: unknown) => answerFailed(httpErrorOf(cause), response),
    );
  };
  const refuse: RequestListener = (_request, response) => answerFailed(tooManyWaiting, response);
  const server = makeServer(limits, door.connections, inTurn(answer, limits.waitingPerConnectionMax, refuse));
  await listen(server, { host, port }, (port) => {
    origins = new Origins({ host, port, ...(url !== undefined && { url }) });
  });
  // Loaded for the first request, and else when the line's first clients are served: from then on all of it is there,
  // whatever becomes of the package's files.
  const soon = clock.after(LOAD_MS, () => void application());
  const { port: listened } = server.address() as { readonly port: number };
  return {
    address: { host, port: listened, url: door.origins().url },
    connections: () => door.connections.count,
    loginLink: (ownerKey) => loginLink(door, ownerKey),
    async [Symbol.asyncDispose]() {
      soon.cancel();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      door.streams.end();
      server.closeIdleConnections();
      const late = clock.after(CLOSING_MS, () => door.connections[Symbol.dispose]());
      await closed;
      late.cancel();
      await loading?.then(
        (loaded) => loaded.close(),
        () => {},
      );
    },
  };
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === "/" &&
    url.search === "" &&
    url.hash === ""
  )
    return;
  throw new HttpDoorError("InvalidArgument", "--http-url is an address as https://bell.example.org, without a path");
}

/** It is most of what a hub loads, and takes as long as all the rest. */
async function loadApplication(door: Door, server: Server, pageFolder: string): Promise<Application> {
  const { makeApplication } = await import("./app.ts");
  return await makeApplication(door, server, pageFolder);
}

/** Answers a request that nothing else can answer. */
function answerFailed(error: HttpError, response: ServerResponse): void {
  response.writeHead(error.status, { "content-type": "application/json; charset=utf-8", connection: "close" });
  response.end(errorBody(error));
}

const tooManyWaiting = new HttpError(
  503,
  "TooManyRequests",
  "too many requests wait on this connection: send the next when answers have come",
);

/** A server without an address, and with its limits. */
function makeServer(limits: HttpLimits, connections: Connections, handler: RequestListener): Server {
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

/** As many connections as may wait to be accepted. The system may allow fewer. */
const BACKLOG = 4_096;

/**
 * Listens. The port is told before the first connection is taken.
 *
 * @throws HttpDoorError in words that name the address and the remedy
 */
async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  listening: (port: number) => void,
): Promise<void> {
  server.once("listening", () => listening((server.address() as AddressInfo).port));
  try {
    server.listen({ host, port, backlog: BACKLOG });
    await once(server, "listening");
  } catch (cause) {
    throw listenError(cause as NodeJS.ErrnoException, host, port);
  }
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): HttpDoorError {
  const where = `port ${port} on ${host}`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new HttpDoorError(
        "AddressInUse",
        `${where} is in use: stop what listens there, choose another with --http-port, or none with --no-http`,
        { cause },
      );
    case "EADDRNOTAVAIL":
      return new HttpDoorError("CannotListen", `${host} is not an address of this machine`, { cause });
    case "EACCES":
      return new HttpDoorError("CannotListen", `${where} is not for this user: choose another with --http-port`, {
        cause,
      });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new HttpDoorError("CannotListen", `no address is known for ${host}`, { cause });
    default:
      return new HttpDoorError("CannotListen", `cannot listen at ${where}: ${cause.message}`, { cause });
  }
}

/** Why the door could not be opened. */
class HttpDoorError extends Error {
  override readonly name = "HttpDoorError";
  readonly code: "AddressInUse" | "CannotListen" | "InvalidArgument";

  constructor(code: HttpDoorError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
