import { KernelError } from "../errors.ts";
import type { Received } from "../thread/index.ts";
import type { Alike } from "./alike.ts";
import type { ClientOf } from "./client.ts";
import type { Entries, Service } from "./entries.ts";
import { handle, type Handlers, ServiceServer, uncaught } from "./server.ts";

/** In a face's table: the public server answers this opcode itself. */
export const here: unique symbol = Symbol("here");

/** For opcodes of the public api: which one of the private api each is passed on as, or {@link here}. */
export type FaceTable<P extends Entries, S extends Entries> = {
  readonly [N in keyof P & string]?: Alike<P[N], S> | typeof here;
};

/** The opcodes that a table says are answered here. */
type Here<P extends Entries, T> = {
  [N in keyof T & keyof P & string]: T[N] extends typeof here ? N : never;
}[keyof T & keyof P & string];

/** What a public server shows of a private one. */
export class Face<P extends Entries, S extends Entries, T extends FaceTable<P, S>> {
  readonly api: Service<P>;
  readonly #inner: Service<S>;
  readonly #table: T;

  constructor(api: Service<P>, inner: Service<S>, table: T) {
    for (const [name, row] of Object.entries(table)) checkRow(api, inner, name, row);
    this.api = api;
    this.#inner = inner;
    this.#table = table;
  }

  /**
   * Serves until the public server is destroyed: passes on what the table says, to `inner`; answers by `handlers` what it
   * answers itself; refuses all else with `AccessDenied`, and counts it (`server.denied`). Of what is passed on the private
   * server sees this thread as the sender. If the private server has ended, its callers hear `ServerNotFound`.
   */
  async serve(
    server: ServiceServer<P>,
    inner: ClientOf<S>,
    handlers: Pick<Handlers<P>, Here<P, T>>,
    onError: (error: unknown) => void = uncaught,
  ): Promise<void> {
    for await (const message of server.server) {
      const typed = ServiceServer.typed(this.api, message);
      const row = typed === undefined ? undefined : this.#rowOf(typed.name);
      if (typed === undefined || row === undefined) server.server.refuse(message);
      else if (row === here) handle(typed, handlers as unknown as Partial<Handlers<P>>, onError);
      // One after the other, so that what a client sent in order goes on in order.
      else await this.#pass(server, message as Received, inner, this.#inner.entries[row]?.opcode ?? 0);
    }
  }

  #rowOf(name: string): string | typeof here | undefined {
    return Object.hasOwn(this.#table, name) ? (this.#table as Readonly<Record<string, string>>)[name] : undefined;
  }

  async #pass(server: ServiceServer<P>, message: Received, inner: ClientOf<S>, opcode: number): Promise<void> {
    await message.passOn(inner.connection, opcode, (error) =>
      server.server.refuse(message, error instanceof KernelError ? error.code : "InternalError"),
    );
  }
}

/**
 * Declares what a public server shows of a private one: a table beside the api. What is not in it is closed, so a new
 * opcode of the private server is, until it is listed. Fails with `InvalidArgument` if the table names an opcode that there
 * is not, or one of another kind.
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

function checkRow(api: Service<Entries>, inner: Service<Entries>, name: string, row: unknown): void {
  const own = Object.hasOwn(api.entries, name) ? api.entries[name] : undefined;
  if (own === undefined) throw new KernelError("InvalidArgument", `The public api has no opcode ${name}.`);
  if (row === here) return;
  const other = typeof row === "string" && Object.hasOwn(inner.entries, row) ? inner.entries[row] : undefined;
  if (other?.kind !== own.kind)
    throw new KernelError(
      "InvalidArgument",
      `${name} is a ${own.kind}: the private api has none of the name ${String(row)}.`,
    );
}
