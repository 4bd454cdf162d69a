import { randomInt } from "node:crypto";

import {
  type Client,
  client,
  type ClientOf,
  type Entries,
  type Face,
  type FaceTable,
  type Handlers,
  type Kernel,
  type NamedServerOptions,
  type Service,
  type Sid,
} from "@doorbell-js/doorbell/kernel";
import type { Source, Subscription } from "@doorbell-js/doorbell/line";
import { type SubscribeAnswer, Subscribers } from "@doorbell-js/doorbell/push";

import {
  boardFace,
  boardName,
  BoardService,
  boardSourceFace,
  type Item,
  type News,
  news,
  type Posted,
  sourceFace,
  sourceName,
  SourceService,
  type Wish,
} from "./api.ts";
import type { Classifieds } from "./builtin.ts";

/** A source that is to be served. */
interface ServedSource {
  readonly name: string;
  /** Of its private server. */
  readonly sid: Sid;
  /** Disposed of at the end, if it can be. */
  readonly source: Source & Partial<Disposable>;
  readonly onError: (cause: unknown) => void;
}

/** Serves a source: a private server with every operation, and its face at `source.<name>`. */
export async function serveSource(kernel: Kernel, { name, sid, source, onError }: ServedSource): Promise<Serving> {
  const host = new SourceHost(kernel, source);
  return await servePrivate(kernel, {
    service: SourceService,
    sid,
    handlers: (quit) => ({ ...host.handlers, Quit: quit }),
    faces: [namedFace(kernel, sourceName(name), sourceFace, onError)],
    onError,
    owned: [host, { [Symbol.dispose]: () => source[Symbol.dispose]?.() }],
  });
}

/** A board that is to be served. */
interface ServedBoard {
  /** Of its private server. */
  readonly sid: Sid;
  readonly classifieds: Classifieds;
  /** Which count the numbers of ads are of. */
  readonly era: number;
  readonly onError: (cause: unknown) => void;
}

/** Serves the board: its private server, and two faces on it, one to read by and one to post by. */
export async function serveBoard(kernel: Kernel, options: ServedBoard): Promise<Serving> {
  const { sid, classifieds, era, onError } = options;
  const host = new SourceHost(kernel, classifieds, era);
  const post = async (text: string): Promise<Posted> => {
    try {
      return { kind: "stored", value: await classifieds.post(text) };
    } catch (cause) {
      onError(cause);
      return { kind: "refused", value: String(cause instanceof Error ? cause.message : cause).slice(0, 256) };
    }
  };
  return await servePrivate(kernel, {
    service: BoardService,
    sid,
    handlers: (quit) => ({ ...host.handlers, Post: ({ value }) => post(value.text), Quit: quit }),
    faces: [
      namedFace(kernel, sourceName("classified"), boardSourceFace, onError),
      namedFace(kernel, boardName, boardFace, onError),
    ],
    onError,
    owned: [host],
  });
}

/** A source behind its private server: who subscribed to it, and what they are answered. */
export class SourceHost implements Disposable {
  readonly handlers: SourceHandlers;
  readonly #subscribers: Subscribers<News>;
  readonly #subscription: Subscription;
  readonly #era: number;
  #newest: number;

  /** `era` says which count the source's numbers are of, for one whose items survive it. @default a new one */
  constructor(kernel: Kernel, source: Source, era: number = randomInt(1, 2 ** 48 - 1)) {
    this.#era = era;
    const subscribers = new Subscribers(kernel, news);
    this.#subscribers = subscribers;
    this.#subscription = source.subscribe((newest) => {
      this.#newest = newest;
      // Not awaited: who is slow is told the newest in its own turn, and keeps no other waiting.
      void subscribers.notify(this.#news());
    });
    this.#newest = this.#subscription.newest;
    this.handlers = {
      Subscribe: (message) => subscribers.add(message, this.#news()),
      Unsubscribe: (message) => subscribers.remove(message),
      Fetch: async ({ value }) => await source.fetch(value.after),
      Snapshot: () => [this.#newest, subscribers.size, subscribers.late, subscribers.pruned, subscribers.dropped],
    };
  }

  /** Tells nobody any more. */
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#subscribers[Symbol.dispose]();
  }

  #news(): News {
    return { era: this.#era, newest: this.#newest };
  }
}

/** The handlers of the opcodes that all sources have; what they need of a message any service's message has. */
interface SourceHandlers {
  Subscribe(message: Parameters<Subscribers<News>["add"]>[0]): Promise<SubscribeAnswer<News>>;
  Unsubscribe(message: Parameters<Subscribers<News>["remove"]>[0]): number;
  Fetch(message: { readonly value: Wish }): Promise<Item>;
  Snapshot(): readonly [number, number, number, number, number];
}

/** A private server: what it is to be. */
interface PrivateServer<E extends Entries> {
  readonly service: Service<E>;
  /** Known to its owner alone. */
  readonly sid: Sid;
  /** Messages that its faces may have there at a time. @default 128 */
  readonly queueMax?: number;
  /** Given what ends the server. */
  readonly handlers: (quit: () => void) => Handlers<E>;
  readonly faces: readonly OpenFace<E>[];
  /** Begins what feeds it, before it answers anything: whoever quits at once ends that too. Disposed of first at the end. */
  readonly feed?: (own: Client<Service<E>>) => AsyncDisposable;
  /** Hears why a message was not answered. */
  readonly onError: (cause: unknown) => void;
  /** What it owns, disposed of at its end. */
  readonly owned: readonly (Disposable | AsyncDisposable)[];
}

/** A server that serves until it is told to quit. */
export interface Serving {
  /** Resolves when it has ended, and nothing of it is left. */
  readonly ended: Promise<void>;
}

/**
 * Serves a private server and its faces. Resolves when both can be reached. Fails as the kernel does (`ServerExists` for a
 * name in use); nothing is left then but what it was to own.
 */
export async function servePrivate<E extends Entries>(
  kernel: Kernel,
  { service, sid, queueMax = 128, handlers, faces, feed, onError, owned }: PrivateServer<E>,
): Promise<Serving> {
  const server = await kernel.createServer(service, { sid, queueMax });
  const opened: Disposable[] = [];
  let feeding: AsyncDisposable | undefined;
  const close = (): void => {
    for (const one of opened.toReversed()) one[Symbol.dispose]();
    server.destroy({ force: true });
  };
  try {
    const inner = client(service, await kernel.connect(sid));
    opened.push(inner.connection);
    for (const open of faces) opened.push(await open(inner));
    if (feed !== undefined) {
      // Places of its own there: what came through the faces does not keep it waiting.
      const own = client(service, await kernel.connect(sid));
      opened.push(own.connection);
      feeding = feed(own);
    }
  } catch (error) {
    close();
    throw error;
  }
  const serve = async (): Promise<void> => {
    await server.serve(
      handlers(() => server.destroy({ force: true })),
      onError,
    );
    close();
    await feeding?.[Symbol.asyncDispose]();
    for (const one of owned) {
      if (Symbol.asyncDispose in one) await one[Symbol.asyncDispose]();
      else one[Symbol.dispose]();
    }
  };
  return { ended: serve() };
}

/** A public face that is to be opened on a private server; what it gives closes it. */
type OpenFace<S extends Entries> = (inner: ClientOf<S>) => Promise<Disposable>;

/** A face that is registered by name, with no limit. */
export function namedFace<P extends Entries, S extends Entries, const T extends FaceTable<P, S>>(
  kernel: Kernel,
  name: string,
  face: Face<P, S, T>,
  onError: (cause: unknown) => void,
  options: NamedServerOptions = {},
): OpenFace<S> {
  return async (inner) => {
    const server = await kernel.names.register(name, face.api, options);
    // No face of the hub answers anything itself.
    const none = [{}, onError] as unknown as HandlersOf<typeof face.serve>;
    void face.serve(server, inner, ...none);
    return server;
  };
}

/** What follows server and client when a face is served. */
type HandlersOf<F> = F extends (server: never, inner: never, ...rest: infer R) => unknown ? R : never;
