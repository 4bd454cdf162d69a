import type { Message } from "dbus-native";

import { Backoff, type Clock } from "../time.ts";
import {
  type BusAddress,
  type BusCall,
  BusError,
  type CallOptions,
  checkCall,
  Connection,
  socketPaths,
} from "./connection.ts";
import { type NameListener, type NameWatch, Watch } from "./watch.ts";

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 30_000;
/** A connection that held for as long is a good one: waits begin anew. */
const STEADY_MS = 10_000;

interface BusOptions {
  readonly address: BusAddress;
  readonly clock: Clock;
  /** Where addresses are looked up. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told when the connection is lost, and when it is back. */
  readonly log?: (event: BusEvent) => void;
  /** 0 ≤ n < 1: spreads attempts to connect again. @default Math.random */
  readonly random?: () => number;
  /** Gives up opening; once the bus is open it does nothing. */
  readonly signal?: AbortSignal;
}

/** What an operator may want to know. Attempts that fail are not told one by one. */
export type BusEvent = { readonly type: "busLost"; readonly cause: Error | undefined } | { readonly type: "busBack" };

/**
 * A message bus. When the connection is lost, it connects again by itself, in waits that double from 0.2 s to 30 s,
 * until it is disposed of; names that are watched are then watched again, and their owners asked for anew.
 */
export interface Bus extends AsyncDisposable {
  readonly isConnected: boolean;
  /**
   * Asks, and gives the values that are answered. Nothing is ever asked twice.
   *
   * Rejects with a `BusError`: see its codes. While there is no connection that is `Disconnected`, at once.
   */
  call(call: BusCall, options?: CallOptions): Promise<readonly unknown[]>;
  /**
   * Follows a well-known name: who owns it, and the signals of who owns it. Nobody else's are passed on, even if they
   * bear the same path and interface. Resolves when the bus sends them. Rejects with a `BusError`.
   */
  watch(name: string, listener: NameListener): Promise<NameWatch>;
}

/**
 * Connects to a bus. Rejects with a `BusError` when there is none: `NoAddress`, `BadAddress`, `CannotConnect` or
 * `Aborted`; it tries once, within 5 s.
 */
export async function openBus(options: BusOptions): Promise<Bus> {
  const bus = new ReconnectingBus(options);
  await bus.open(options.signal);
  return bus;
}

class ReconnectingBus implements Bus {
  readonly #options: BusOptions;
  readonly #paths: readonly string[];
  readonly #watches = new Set<Watch>();
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #retry: { cancel(): void } | undefined;
  #attempt: Promise<void> | undefined;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#paths = socketPaths(options.address, options.environment ?? process.env);
    this.#backoff = new Backoff({
      firstMs: FIRST_RETRY_MS,
      maxMs: MAX_RETRY_MS,
      random: options.random ?? Math.random,
    });
  }

  /**
   * The bus's loop, a connection a turn: connects to the first address that answers, and watches there what is watched.
   * For each message: every watch takes it. When the connection ends, `#lost` tells the watches, and this is called again
   * after the backoff, until it succeeds.
   */
  async #connect(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    const received = (message: Message): void => {
      for (const watch of this.#watches) watch.take(message);
    };
    let failure: unknown;
    for (const path of this.#paths) {
      try {
        const connection = await Connection.open(path, { clock, signal, received });
        try {
          signal.throwIfAborted();
          // Before the watches are placed: who is told of an owner there may want to ask it something.
          this.#connection = connection;
          await Promise.all([...this.#watches].map((watch) => watch.place(connection)));
          signal.throwIfAborted();
        } catch (error) {
          this.#connection = undefined;
          for (const watch of this.#watches) watch.lost();
          await connection.close();
          throw error;
        }
        const openedAt = clock.now();
        void connection.ended.then((cause) => this.#lost(connection, openedAt, cause));
        return;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  async open(signal?: AbortSignal): Promise<void> {
    const abort = (): void => this.#closing.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    try {
      await this.#connect();
    } catch (error) {
      if (signal?.aborted) throw new BusError("Aborted", "opening the bus was given up", { cause: signal.reason });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async call(call: BusCall, options?: CallOptions): Promise<readonly unknown[]> {
    checkCall(call);
    return this.#connected().call(call, options);
  }

  async watch(name: string, listener: NameListener): Promise<NameWatch> {
    const connection = this.#connected();
    const watch = new Watch(name, listener, (dropped) => this.#drop(dropped));
    this.#watches.add(watch);
    try {
      await watch.place(connection);
      return watch;
    } catch (error) {
      this.#watches.delete(watch);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new BusError("BusClosed", "the bus was closed"));
    this.#retry?.cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
    await this.#attempt;
  }

  #connected(): Connection {
    if (this.#closing.signal.aborted) throw new BusError("BusClosed", "the bus was closed");
    if (this.#connection === undefined) throw new BusError("Disconnected", "the bus is gone");
    return this.#connection;
  }

  #drop(watch: Watch): void {
    if (!this.#watches.delete(watch) || this.#connection === undefined) return;
    // If it fails there is nothing more to take back: the connection is gone.
    watch.remove(this.#connection).catch(() => {});
  }

  #lost(connection: Connection, openedAt: number, cause: Error | undefined): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    // A bus that lets us in and throws us out again is not knocked at without end.
    if (this.#options.clock.now() - openedAt >= STEADY_MS) this.#backoff.reset();
    for (const watch of this.#watches) watch.lost();
    this.#options.log?.({ type: "busLost", cause });
    this.#retryLater();
  }

  #retryLater(): void {
    this.#retry = this.#options.clock.after(this.#backoff.next(), () => {
      this.#attempt = this.#connect().then(
        () => this.#options.log?.({ type: "busBack" }),
        () => {
          if (!this.#closing.signal.aborted) this.#retryLater();
        },
      );
    });
  }
}
