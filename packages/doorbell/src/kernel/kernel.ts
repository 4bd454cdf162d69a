import { once } from "node:events";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";

import type { KernelReport } from "./broker/protocol.ts";
import type { BrokerOptions } from "./broker/tables.ts";
import { KernelError } from "./errors.ts";
import { printed, type Sid } from "./ids.ts";
import { Names } from "./names/client.ts";
import { checkKnown } from "./options.ts";
import { type Client, client } from "./service/client.ts";
import { ServiceServer } from "./service/server.ts";
import { type Entries, type Service, serviceAndOptions } from "./service/service.ts";
import { askForServer, connected, ConnectionHandle, connectTo, connectToSync } from "./thread/connection.ts";
import { syncTimeoutMs } from "./thread/sending.ts";
import { givenSoon, madeServer, madeServerSync, type ServerHandle, type ServerOptions } from "./thread/server.ts";
import { waitFor } from "./thread/sleeper.ts";
import type { Station } from "./thread/station.ts";
import type { Connection, SyncOptions, WaitOptions } from "./types.ts";
import {
  invitation,
  joinBy,
  SpawnedThread,
  type SpawnOptions,
  startKernelThread,
  startWorker,
} from "./workers/workers.ts";

/** Limits of the kernel and the size of its rings. */
export type KernelOptions = BrokerOptions;

/** A thread's part in a kernel: makes servers, and connects to them. */
export class Kernel implements AsyncDisposable {
  static {
    printed(Kernel.prototype, (kernel) => `Kernel(thread ${kernel.thread})`);
  }

  readonly #station: Station;
  readonly #worker: Worker | undefined;
  readonly #port: MessagePort;
  readonly #exited: Promise<unknown> | undefined;
  /** The value that the thread was spawned with. */
  readonly data: unknown;
  /** Servers by name, for threads that were given no id. */
  readonly names: Names;

  private constructor(station: Station, port: MessagePort, data: unknown, worker: Worker | undefined) {
    this.#station = station;
    this.names = new Names(station);
    this.#port = port;
    this.data = data;
    this.#worker = worker;
    this.#exited = worker && once(worker, "exit").catch(() => {});
  }

  /** Starts a kernel on a thread of its own, and joins it. It ends with this handle, or with this thread. */
  static async start(options: KernelOptions = {}): Promise<Kernel> {
    checkOptions(options);
    const { worker, port, failed } = startKernelThread(options);
    return new Kernel(await Promise.race([joinBy(port), failed]), port, undefined, worker);
  }

  /**
   * Joins the kernel that spawned this thread; or, in a thread that something else started, the one whose
   * {@link Kernel.invite} made the port.
   */
  static async join(port?: MessagePort): Promise<Kernel> {
    const { doorbell, data } = port === undefined ? invitation() : { doorbell: port, data: undefined };
    return new Kernel(await joinBy(doorbell), doorbell, data, undefined);
  }

  /** The number of this thread, as its messages tell it. */
  get thread(): number {
    return this.#station.thread;
  }

  /** Starts a worker that joins by `Kernel.join()`. Resolves as soon as the kernel knows it; it joins when it is up. */
  async spawn(url: URL | string, options: SpawnOptions = {}): Promise<SpawnedThread> {
    const { port1, port2 } = new MessageChannel();
    const { worker, exited } = startWorker(url, port2, options);
    return await spawned(this.#invite(port1), worker, exited);
  }

  /**
   * As {@link Kernel.spawn}, for a kernel that is still starting: the worker starts beside it, not after it. Rejects as the
   * kernel's start does, with the worker's error if that fails first, or with `ThreadNotFound` if it ends.
   */
  static async spawnBeside(
    starting: PromiseLike<Kernel>,
    url: URL | string,
    options: SpawnOptions = {},
  ): Promise<SpawnedThread> {
    const { port1, port2 } = new MessageChannel();
    const { worker, exited } = startWorker(url, port2, options);
    let failed!: (error: unknown) => void;
    const failing = new Promise<never>((_resolve, reject) => (failed = reject));
    worker.once("error", failed);
    void exited.then(() => failed(new KernelError("ThreadNotFound", "The worker ended before the kernel knew it.")));
    const invited = Promise.race([starting, failing]).then((kernel) => kernel.#invite(port1));
    try {
      return await spawned(Promise.race([invited, failing]), worker, exited);
    } finally {
      worker.off("error", failed);
    }
  }

  /** A port by which a worker that something else starts can join: `Kernel.join(port)`. Transfer it to that worker. */
  async invite(): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel();
    await this.#invite(port1);
    return port2;
  }

  /** Lets the thread that has the other end of the port's channel join, and resolves to its number. */
  async #invite(port: MessagePort): Promise<number> {
    return await this.#await(this.#station.control.ask<number>({ type: "invite", port }, [port]).reply);
  }

  /** Makes a server of this thread, of a service or of plain messages. Fails with `ServerExists` if its id is taken. */
  async createServer(options?: ServerOptions): Promise<ServerHandle>;
  async createServer<E extends Entries>(service: Service<E>, options?: ServerOptions): Promise<ServiceServer<E>>;
  async createServer<E extends Entries>(
    first?: Service<E> | ServerOptions,
    second?: ServerOptions,
  ): Promise<ServerHandle | ServiceServer<E>> {
    const { service, options } = serviceAndOptions(first, second);
    const making = await madeServer(this.#station, options);
    givenSoon(this.#station, making);
    const { server } = making;
    return service === undefined ? server : new ServiceServer(service, server);
  }

  createServerSync(options?: ServerOptions): ServerHandle;
  createServerSync<E extends Entries>(service: Service<E>, options?: ServerOptions): ServiceServer<E>;
  createServerSync<E extends Entries>(
    first?: Service<E> | ServerOptions,
    second?: ServerOptions,
  ): ServerHandle | ServiceServer<E> {
    const { service, options } = serviceAndOptions(first, second);
    const { server, given } = madeServerSync(this.#station, options);
    given?.();
    return service === undefined ? server : new ServiceServer(service, server);
  }

  /** Connects to a server, and waits until it exists: as a client of a service, or with plain messages. */
  async connect(sid: Sid, options?: WaitOptions): Promise<Connection>;
  async connect<E extends Entries>(sid: Sid, service: Service<E>, options?: WaitOptions): Promise<Client<Service<E>>>;
  async connect<E extends Entries>(
    sid: Sid,
    first?: Service<E> | WaitOptions,
    second?: WaitOptions,
  ): Promise<Connection | Client<Service<E>>> {
    const { service, options } = serviceAndOptions(first, second);
    const connection = await connectTo(this.#station, sid, options);
    return service === undefined ? connection : client(service, connection);
  }

  /** Parks the thread until the server exists. */
  connectSync(sid: Sid, options?: SyncOptions): Connection;
  connectSync<E extends Entries>(sid: Sid, service: Service<E>, options?: SyncOptions): Client<Service<E>>;
  connectSync<E extends Entries>(
    sid: Sid,
    first?: Service<E> | SyncOptions,
    second?: SyncOptions,
  ): Connection | Client<Service<E>> {
    const { service, options } = serviceAndOptions(first, second);
    checkKnown("connectSync", options, ["timeoutMs"]);
    const { timeoutMs = syncTimeoutMs } = options;
    const connection = connectToSync(this.#station, sid, timeoutMs);
    return service === undefined ? connection : client(service, connection);
  }

  /** Connects if the server exists; else the code of why not. */
  async tryConnect(sid: Sid): Promise<Connection | "ServerNotFound"> {
    try {
      return await connected(this.#station, askForServer(this.#station, sid, false));
    } catch (error) {
      if (error instanceof KernelError && error.code === "ServerNotFound") return "ServerNotFound";
      throw error;
    }
  }

  /** Another handle on a connection of this thread that lives; fails with `ServerNotFound` for any other number. */
  async connection(cid: number): Promise<Connection> {
    const found = this.#station.connections.get(cid);
    if (found?.alive !== true)
      throw new KernelError("ServerNotFound", `No connection of this thread has the number ${String(cid)}.`);
    found.references += 1;
    this.#station.powers.post({ type: "reference", peer: found.lane.peer, connection: found.index });
    return new ConnectionHandle(this.#station, found);
  }

  /** Threads, servers, connections and the lengths of queues; numbers only, no secret. */
  async inspect(): Promise<KernelReport> {
    return await this.#await(this.#station.control.ask<KernelReport>({ type: "inspect" }).reply);
  }

  async #await<T>(reply: { readonly pending: boolean } & Parameters<typeof waitFor<T>>[1]): Promise<T> {
    return await waitFor<T>(this.#station, reply, {}, "", () => {});
  }

  /** Leaves the kernel: what this thread had in it ends. If it started the kernel, the kernel ends. */
  async leave(): Promise<void> {
    if (this.#station.left.pending) {
      this.#station.powers.post({ type: "leave" });
      this.#station.control.ended();
      this.#port.close();
    }
    // It keeps the program alive for as long as it takes to tell everybody.
    this.#worker?.ref();
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

function checkOptions({ ring = {}, ...limits }: KernelOptions): void {
  for (const [name, value] of Object.entries(limits)) checkOption(name, value, limitRanges);
  for (const [name, value] of Object.entries(ring)) {
    checkOption(name, value, ringRanges);
    if (value !== undefined && Math.log2(value) % 1 !== 0)
      throw new KernelError("InvalidArgument", `${name} is a power of two.`);
  }
}

/** The least and the most of each option; a connection's number has 20 bits for its place in its thread's table. */
const limitRanges: Readonly<Record<string, readonly [number, number]>> = {
  threadsMax: [1, 2 ** 24],
  serversMax: [1, 2 ** 24],
  connectionsMax: [1, 2 ** 20],
  waitersMax: [1, 2 ** 24],
  namesMax: [1, 2 ** 24],
};
const ringRanges: Readonly<Record<string, readonly [number, number]>> = { slots: [1, 2 ** 24], bytes: [64, 2 ** 24] };

function checkOption(name: string, value: unknown, ranges: typeof limitRanges): void {
  const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
  if (range === undefined) {
    const known = Object.keys(ranges).join(", ");
    throw new KernelError("InvalidArgument", `There is no option ${name} here; there are ${known}.`);
  }
  const [min, max] = range;
  if (value !== undefined && !(Number.isInteger(value) && (value as number) >= min && (value as number) <= max))
    throw new KernelError("InvalidArgument", `${name} is a whole number from ${min} to ${max}.`);
}

/** A worker that was started, once it is invited. */
async function spawned(invited: Promise<number>, worker: Worker, exited: Promise<number>): Promise<SpawnedThread> {
  try {
    return new SpawnedThread(await invited, worker, exited);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}
