import { KernelError } from "../errors.ts";
import type { Message } from "../types.ts";
import { type ClientOf, serviceOf } from "./client.ts";
import { checkHandlers, type Handlers, ServiceServer, uncaught } from "./server.ts";
import { type Alike, alike, type Entries, type Entry, type Service } from "./service.ts";

/** In a face's table: the public server answers this opcode itself. */
export const here: unique symbol = Symbol("here");

/** For opcodes of the public api: which one of the private api each is passed on as, or {@link here}. */
export type FaceTable<P extends Entries, S extends Entries> = {
  readonly [N in keyof P & string]?: Alike<P[N], S> | typeof here;
};

/**
 * Declares what a public server shows of a private one, in one table. What is not in it is closed, so a new opcode of the
 * private server is, until it is listed. A row that names an opcode of another kind, or one that carries or answers
 * something else, does not compile; without types it fails with `InvalidArgument`, as an opcode does that there is not.
 *
 * @example
 * ```ts
 * export const NetFace = face(Net, ConnectionManager, {
 *   subscribeWifiStats: "subscribeWifiStats",
 *   unsubWifiStats: "unsubWifiStats",
 *   ping: here,
 * });
 * ```
 */
export function face<P extends Entries, S extends Entries, const T extends FaceTable<P, S>>(
  api: Service<P>,
  inner: Service<S>,
  table: T & FaceTable<P, S>,
): Face<P, S, T> {
  return new Face<P, S, T>(api, inner, table);
}

/** What a public server shows of a private one. */
export class Face<P extends Entries, S extends Entries, T extends FaceTable<P, S>> {
  /** The public api. */
  readonly api: Service<P>;
  readonly #inner: Service<S>;
  /** By the public opcode. */
  readonly #rows: ReadonlyMap<number, Row>;
  readonly #here: readonly string[];

  constructor(api: Service<P>, inner: Service<S>, table: T) {
    this.api = api;
    this.#inner = inner;
    this.#rows = new Map(Object.entries(table).map(([name, to]) => rowOf(api, inner, name, to)));
    this.#here = Object.keys(table).filter((name) => table[name] === here);
  }

  /**
   * Serves until the public server is destroyed: passes on what the table says, to `inner`; answers by `handlers` what is
   * answered here (see {@link ServiceServer.serve}); refuses all else with `AccessDenied`, and counts it
   * (`server.denied`). The private server sees this thread as the sender of what is passed on; if it has ended,
   * callers hear `ServerNotFound`. What has no room there waits, and what came after it waits behind it.
   *
   * Fails with `InvalidArgument` if a handler is missing, or if server or client are of other services than the face.
   */
  async serve(
    server: ServiceServer<P>,
    inner: ClientOf<S>,
    ...[handlers, onError = uncaught]: Rest<HandlersHere<P, T>>
  ): Promise<void> {
    const own = (handlers ?? {}) as Partial<Handlers<P>>;
    this.#check(server, inner, own);
    for await (const message of server.server) {
      const row = this.#rows.get(message.id);
      if (row?.kind !== message.kind) server.server.refuse(message);
      else if (row.to !== here) await pass(server, message, inner, row.to);
      else {
        const typed = ServiceServer.typed(this.api, message);
        if (typed !== undefined) server.handle(typed, own, onError);
      }
    }
  }

  #check(server: ServiceServer<P>, inner: ClientOf<S>, handlers: Partial<Handlers<P>>): void {
    checkHandlers(this.#here, handlers);
    // Services that look alike to the types may have other numbers.
    if (server.service !== this.api)
      throw new KernelError("InvalidArgument", "The server is not one of the face's public api.");
    if (inner[serviceOf] !== this.#inner)
      throw new KernelError("InvalidArgument", "The client is not one of the face's private api.");
  }
}

/** A row of the table: of which kind the opcode is, and what becomes of it. */
interface Row {
  readonly kind: Entry["kind"];
  /** The private server's opcode. */
  readonly to: number | typeof here;
}

function rowOf(api: Service<Entries>, inner: Service<Entries>, name: string, to: unknown): [opcode: number, row: Row] {
  const own = Object.hasOwn(api.entries, name) ? api.entries[name] : undefined;
  if (own === undefined) throw new KernelError("InvalidArgument", `The public api has no opcode ${name}.`);
  const { opcode, kind } = own;
  return [opcode, { kind, to: to === here ? here : alike(name, own, inner, to).opcode }];
}

/** A handler for each opcode that a table says is answered here. */
type HandlersHere<P extends Entries, T> = Pick<
  Handlers<P>,
  { [N in keyof T & keyof P & string]: T[N] extends typeof here ? N : never }[keyof T & keyof P & string]
>;

/** They can be left out where nothing is answered here. */
type Rest<H> = [keyof H] extends [never]
  ? [handlers?: H, onError?: (error: unknown) => void]
  : [handlers: H, onError?: (error: unknown) => void];

/** Ends when the message is with the private server, so that what was sent in order goes on in order. */
async function pass<P extends Entries, S extends Entries>(
  { server }: ServiceServer<P>,
  message: Message,
  { connection }: ClientOf<S>,
  opcode: number,
): Promise<void> {
  try {
    await message.forward(connection, opcode);
  } catch (error) {
    server.refuse(message, error instanceof KernelError ? error.code : "InternalError");
  }
}
