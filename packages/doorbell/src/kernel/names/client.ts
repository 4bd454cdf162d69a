import { KernelError, type KernelErrorCode } from "../errors.ts";
import { checkName, printed, Sid } from "../ids.ts";
import { checkKnown } from "../options.ts";
import { type Client, client } from "../service/client.ts";
import { ServiceServer } from "../service/server.ts";
import { type Entries, type Service, serviceAndOptions } from "../service/service.ts";
import { connected, connectedSync, type Connecting, connectTo, connectToSync } from "../thread/connection.ts";
import type { Outgoing } from "../thread/contracts.ts";
import { syncTimeoutMs } from "../thread/sending.ts";
import {
  givenSoon,
  madeServer,
  madeServerSync,
  type ServerHandle,
  type ServerOptions,
  serverOptions,
} from "../thread/server.ts";
import { checkTimeout, checkWait } from "../thread/sleeper.ts";
import type { Station } from "../thread/station.ts";
import type { Connection, SyncOptions, WaitOptions } from "../types.ts";
import { nameServerSid, NameService, type Registration, type Unregistration } from "./server.ts";

/** Options of a server that others find by its name. */
export interface NamedServerOptions extends ServerOptions {
  /**
   * The most threads that may be connected at a time, 1 to 16777216, by the name or by the id; a connection by a narrowed
   * id is not counted. A holder of the id can connect past the limit. @default no limit
   */
  readonly maxConnections?: number | null;
}

/**
 * Servers by name. A name is 1 to 63 bytes of UTF-8 without control characters; any other fails with `InvalidString`.
 * A connection by a name gives nobody the id.
 */
export class Names {
  static {
    printed(Names.prototype, () => "Names");
  }

  readonly #station: Station;
  readonly #server: NameServer;

  constructor(station: Station) {
    this.#station = station;
    this.#server = new NameServer(station);
  }

  /**
   * Makes a server of this thread that others find by this name. Its id is known here alone. Fails with `ServerExists` if
   * the name is in use, and with `OutOfMemory` (`detail`: names) if there are as many as may be; no server is left then.
   */
  async register(name: string, options?: NamedServerOptions): Promise<ServerHandle>;
  async register<E extends Entries>(
    name: string,
    service: Service<E>,
    options?: NamedServerOptions,
  ): Promise<ServiceServer<E>>;
  async register<E extends Entries>(
    name: string,
    first?: Service<E> | NamedServerOptions,
    second?: NamedServerOptions,
  ): Promise<ServerHandle | ServiceServer<E>> {
    const { service, options } = serviceAndOptions(first, second);
    const { limit, ofServer } = checkedRegistration(name, options);
    const making = await madeServer(this.#station, ofServer);
    const { number, server } = making;
    try {
      await this.#server.register({ name, server: number, limit });
    } catch (error) {
      server[Symbol.dispose]();
      throw error;
    }
    givenSoon(this.#station, making);
    return service === undefined ? server : new ServiceServer(service, server);
  }

  registerSync(name: string, options?: NamedServerOptions): ServerHandle;
  registerSync<E extends Entries>(name: string, service: Service<E>, options?: NamedServerOptions): ServiceServer<E>;
  registerSync<E extends Entries>(
    name: string,
    first?: Service<E> | NamedServerOptions,
    second?: NamedServerOptions,
  ): ServerHandle | ServiceServer<E> {
    const { service, options } = serviceAndOptions(first, second);
    const { limit, ofServer } = checkedRegistration(name, options);
    const { number, server, given } = madeServerSync(this.#station, ofServer);
    try {
      this.#server.registerSync({ name, server: number, limit });
    } catch (error) {
      server[Symbol.dispose]();
      throw error;
    }
    given?.();
    return service === undefined ? server : new ServiceServer(service, server);
  }

  /**
   * Connects to the server of this name: as a client of a service, or with plain messages. Waits until there is one, and
   * until it has room; who came first is connected first. A thread that is connected already is given another handle.
   */
  async connect(name: string, options?: WaitOptions): Promise<Connection>;
  async connect<E extends Entries>(
    name: string,
    service: Service<E>,
    options?: WaitOptions,
  ): Promise<Client<Service<E>>>;
  async connect<E extends Entries>(
    name: string,
    first?: Service<E> | WaitOptions,
    second?: WaitOptions,
  ): Promise<Connection | Client<Service<E>>> {
    const { service, options } = serviceAndOptions(first, second);
    checkName(name);
    checkWait(options);
    const connection = await connected(this.#station, this.#server.askFor(name, true), options);
    return service === undefined ? connection : client(service, connection);
  }

  /** Parks the thread until it is connected. */
  connectSync(name: string, options?: SyncOptions): Connection;
  connectSync<E extends Entries>(name: string, service: Service<E>, options?: SyncOptions): Client<Service<E>>;
  connectSync<E extends Entries>(
    name: string,
    first?: Service<E> | SyncOptions,
    second?: SyncOptions,
  ): Connection | Client<Service<E>> {
    const { service, options } = serviceAndOptions(first, second);
    checkKnown("connectSync", options, ["timeoutMs"]);
    const { timeoutMs = syncTimeoutMs } = options;
    checkName(name);
    checkTimeout(timeoutMs);
    const connection = connectedSync(this.#station, this.#server.askForSync(name, timeoutMs), timeoutMs);
    return service === undefined ? connection : client(service, connection);
  }

  /** Connects if there is such a server and it has room; else the code of why not. */
  async tryConnect(name: string): Promise<Connection | "NotFound" | "LimitReached"> {
    checkName(name);
    try {
      return await connected(this.#station, this.#server.askFor(name, false));
    } catch (error) {
      if (error instanceof KernelError && (error.code === "NotFound" || error.code === "LimitReached"))
        return error.code;
      throw error;
    }
  }

  /**
   * Frees a name; the server and its connections go on. It takes the server's id: without it, the failure is `NotFound`,
   * as if there were no such name. The end of a server frees its name by itself.
   */
  async unregister(name: string, sid: Sid): Promise<void> {
    checkName(name);
    Sid.check(sid);
    await this.#server.unregister({ name, sid: sid.words() });
  }

  unregisterSync(name: string, sid: Sid): void {
    checkName(name);
    Sid.check(sid);
    this.#server.unregisterSync({ name, sid: sid.words() });
  }

  /**
   * Resolves to true once every server with a limit has as many threads connected as it may: from then on nobody else can
   * connect by a name. It is true also if no server has a limit.
   */
  async trustedInitDone(): Promise<boolean> {
    return await this.#server.trustedInitDone();
  }

  trustedInitDoneSync(): boolean {
    return this.#server.trustedInitDoneSync();
  }
}

/** Refuses what could not be registered, before a server is made for it; gives the limit, if there is one, and the rest. */
function checkedRegistration(
  name: string,
  options: NamedServerOptions,
): { readonly limit: Registration["limit"]; readonly ofServer: ServerOptions } {
  checkName(name);
  checkKnown("A server", options, [...serverOptions, "maxConnections"]);
  const { maxConnections, ...ofServer } = options;
  const limit = maxConnections ?? undefined;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 2 ** 24)) {
    throw new KernelError(
      "InvalidArgument",
      "maxConnections is a whole number from 1 to 16777216; null, or nothing, is no limit.",
    );
  }
  return { limit, ofServer };
}

/** A thread's connection to the name server, made at its first use, and kept. */
class NameServer {
  readonly #station: Station;
  #client: NameClient | undefined;
  #connecting: Promise<NameClient> | undefined;

  constructor(station: Station) {
    this.#station = station;
  }

  async register(registration: Registration): Promise<void> {
    const server = await this.#connect();
    accepted(await server.register(registration));
  }

  registerSync(registration: Registration): void {
    accepted(this.#connectSync().registerSync(registration));
  }

  async unregister(what: Unregistration): Promise<void> {
    const server = await this.#connect();
    accepted(await server.unregister(what));
  }

  unregisterSync(what: Unregistration): void {
    accepted(this.#connectSync().unregisterSync(what));
  }

  async trustedInitDone(): Promise<boolean> {
    const server = await this.#connect();
    return (await server.trustedInitDone()) === 1;
  }

  trustedInitDoneSync(): boolean {
    return this.#connectSync().trustedInitDoneSync() === 1;
  }

  /** Asks for a connection by name; before the first one the name server itself is connected to. */
  askFor(name: string, wait: boolean): Connecting {
    const { control } = this.#station;
    const { number, reply } = control.expect<Outgoing>();
    let isGivenUp = false;
    let sentTo: NameClient | undefined;
    const failed = (error: unknown): void => control.unasked(number, error);
    const send = (server: NameClient): void => {
      // Whoever gave up has said so already: this only forgets the number.
      if (isGivenUp) return failed(undefined);
      sentTo = server;
      server.connect({ name, request: number, wait }).catch(failed);
    };
    const giveUp = (): void => {
      isGivenUp = true;
      if (sentTo !== undefined) withdraw(sentTo, number);
    };
    if (this.#client !== undefined) send(this.#client);
    else if (reply.pending) this.#connect().then(send, failed);
    return { reply, giveUp, late: lateFor(name) };
  }

  /** The same, with the thread parked until it is asked. */
  askForSync(name: string, timeoutMs: number): Connecting {
    const { control } = this.#station;
    const server = this.#connectSync();
    const { number, reply } = control.expect<Outgoing>();
    try {
      server.with({ timeoutMs }).connectSync({ name, request: number, wait: true });
    } catch (error) {
      control.unasked(number, error);
    }
    return { reply, giveUp: () => withdraw(server, number), late: lateFor(name) };
  }

  async #connect(): Promise<NameClient> {
    if (this.#client !== undefined) return this.#client;
    try {
      this.#connecting ??= connectTo(this.#station, nameServerSid).then((connection) =>
        client(NameService, connection),
      );
      return (this.#client ??= await this.#connecting);
    } finally {
      this.#connecting = undefined;
    }
  }

  #connectSync(): NameClient {
    this.#client ??= client(NameService, connectToSync(this.#station, nameServerSid, syncTimeoutMs));
    return this.#client;
  }
}

type NameClient = Client<typeof NameService>;

/** Fails if it was not done. */
function accepted(answer: "done" | KernelErrorCode): void {
  if (answer === "done") return;
  const detail = answer === "OutOfMemory" ? { detail: "names" } : {};
  throw new KernelError(answer, refusals[answer] ?? `The name server refused: ${answer}.`, detail);
}

/** The name server's answers for what it did not do. */
const refusals: Readonly<Record<string, string>> = {
  ServerExists: "This name is in use.",
  OutOfMemory: "There are as many names as may be.",
  NotFound: "There is no such name, or this is not its server's id.",
  ServerNotFound: "The server ended before it had its name.",
};

/**
 * Nobody waits for the reply any more. It goes the way that the request went, behind it: by another it might be there
 * first, and the request would wait for ever.
 */
function withdraw(server: NameClient, request: number): void {
  server.cancel(request).catch(() => {
    // The kernel has ended, and with it the request.
  });
}

function lateFor(name: string): string {
  return `No server of the name ${JSON.stringify(name)} was there in time, or none with room for one more thread.`;
}
