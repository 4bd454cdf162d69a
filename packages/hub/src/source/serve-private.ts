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

/** A server that serves until it is told to quit. */
export interface Serving {
  /** Resolves when it has ended, and nothing of it is left. */
  readonly ended: Promise<void>;
}

/** A public face that is to be opened on a private server; what it gives closes it. */
export type OpenFace<S extends Entries> = (inner: ClientOf<S>) => Promise<Disposable>;

/** What follows server and client when a face is served. */
type HandlersOf<F> = F extends (server: never, inner: never, ...rest: infer R) => unknown ? R : never;

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

/** A private server: what it is to be. */
export interface PrivateServer<E extends Entries> {
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
