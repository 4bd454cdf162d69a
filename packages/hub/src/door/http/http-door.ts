import { randomBytes } from "node:crypto";
import type { RequestListener, Server } from "node:http";

import type { Source } from "@doorbell-js/doorbell/line";

import type { Inboxes } from "../../inbox/index.ts";
import type { Clock } from "../../time/index.ts";
import type { Application } from "./application.ts";
import { Connections } from "./connections.ts";
import type { Door } from "./door.ts";
import { HttpError, httpErrorOf } from "./errors.ts";
import { EventStreams, Feeds, type StreamEnd } from "./events/index.ts";
import { inTurn } from "./in-turn.ts";
import { defaultHttpLimits, type HttpLimits } from "./limits.ts";
import { HttpDoorError, listen } from "./listen.ts";
import { Codes, loginLink } from "./login/index.ts";
import { Metrics } from "./metrics.ts";
import { Origins } from "./origins.ts";
import { pageFolder } from "./page/index.ts";
import { answerFailed, makeServer } from "./server.ts";
import { WrongKeys } from "./wrong-keys.ts";

/** What an operator may want to know of it. */
export type HttpEvent =
  | { readonly type: "readerEnded"; readonly reason: StreamEnd }
  | { readonly type: "httpFailed"; readonly cause: unknown }
  | { readonly type: "connectionRefused" };

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** What the addresses that it tells begin with. */
  readonly url: string;
}

export interface HttpDoorOptions {
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

export interface HttpDoor extends AsyncDisposable {
  readonly address: HttpAddress;
  /** Returns the number of connections that are open now. */
  readonly connections: () => number;
  /** An address that logs in to the page, once, as who has this key. */
  loginLink(ownerKey: string): string;
}

/** How long requests may take to end when the door closes. */
const CLOSING_MS = 3_000;
const tooManyWaiting = new HttpError(
  503,
  "TooManyRequests",
  "too many requests wait on this connection: send the next when answers have come",
);
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

/** It is most of what a hub loads, and takes as long as all the rest. */
async function loadApplication(door: Door, server: Server, pageFolder: string): Promise<Application> {
  const { makeApplication } = await import("./application.ts");
  return await makeApplication(door, server, pageFolder);
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
