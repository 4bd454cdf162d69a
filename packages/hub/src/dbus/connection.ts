import { once } from "node:events";
import { createConnection as connect, type Socket } from "node:net";

import type { DBusConnection, Message } from "dbus-native";

import type { Clock } from "../time/index.ts";
import type { BusCall, CallOptions } from "./call.ts";
import { BusError } from "./errors.ts";
import { PendingCalls } from "./pending.ts";
import { wireValue } from "./variant.ts";

/** How long the bus may take to let us in. */
const CONNECT_MS = 5_000;

/** A longer message ends the connection. A system bus passes none on that is longer. */
const MESSAGE_BYTES_MAX = 32 * 1_024 * 1_024;

const METHOD_CALL = 1;
const SIGNAL = 4;

export interface ConnectionPowers {
  readonly clock: Clock;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
  /** A signal came, from the first on; its sender is the bus's word, not the sender's own. */
  readonly received: (signal: Message) => void;
}

/**
 * One connection to a bus, until it ends. Of `dbus-native` only the wire is used, its authentication and its messages:
 * calls and signals are told apart here, where an answer is checked for its sender.
 *
 * That is version 0.13.0, the last that declares Node 20; minors of 0.x break, so it is pinned.
 */
export class Connection {
  /** Fulfilled when it has ended, and every call with it, by what ended it if that is known. */
  readonly ended: Promise<Error | undefined>;
  readonly #wire: DBusConnection;
  readonly #socket: Socket;
  readonly #calls: PendingCalls;

  /** Rejects with `CannotConnect`. */
  static async open(path: string, powers: ConnectionPowers): Promise<Connection> {
    // Loaded when there is a bus to speak to: most commands never do.
    const { createConnection } = await import("dbus-native");
    const socket = connect(path);
    const wire = createConnection({
      stream: socket,
      authMethods: ["EXTERNAL"],
      plainValues: true,
      returnBigInt: true,
      maxMessageSize: MESSAGE_BYTES_MAX,
    });
    const connection = new Connection(wire, socket, powers);
    try {
      await connection.#enter(powers);
      return connection;
    } catch (cause) {
      await connection.close();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new BusError("CannotConnect", `no bus answers at unix:path=${path}: ${why}`, { cause });
    }
  }

  private constructor(wire: DBusConnection, socket: Socket, { clock, received }: ConnectionPowers) {
    this.#wire = wire;
    this.#socket = socket;
    this.#calls = new PendingCalls(clock);
    let cause: Error | undefined;
    wire.on("error", (error: Error) => {
      cause ??= error;
      // An authentication that failed leaves the socket open.
      socket.destroy();
    });
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        const why = cause === undefined ? "" : `: ${cause.message}`;
        this.#calls.end(new BusError("Disconnected", `the bus is gone${why}`, { cause }));
        socket.destroy();
        resolve(cause);
      };
      wire.on("end", end);
      wire.on("close", end);
    });
    wire.on("message", (message: Message) => {
      if (this.#calls.isOver) return;
      if (message.type === SIGNAL) received(message);
      // Nobody has a reason to call us, and whoever does is not answered.
      else if (message.type !== METHOD_CALL) this.#calls.answer(message);
    });
  }

  /** Asks, and gives what is answered. */
  call(call: BusCall, options: CallOptions = {}): Promise<readonly unknown[]> {
    return this.#calls.add(call, options, (serial) => {
      const { args = [], ...header } = call;
      this.#wire.message({ type: METHOD_CALL, serial, ...header, body: args.map(wireValue) });
    });
  }

  /** A method of the bus itself, which takes strings. */
  callBus(member: string, ...args: readonly string[]): Promise<readonly unknown[]> {
    const name = "org.freedesktop.DBus";
    const signature = "s".repeat(args.length);
    return this.call({ destination: name, path: "/org/freedesktop/DBus", interface: name, member, signature, args });
  }

  /** Resolves when the socket is gone. Calls that wait fail with `BusClosed`. */
  async close(): Promise<void> {
    this.#calls.end(new BusError("BusClosed", "the bus was closed"));
    if (this.#socket.closed) return;
    const closed = once(this.#socket, "close");
    this.#socket.destroy();
    await closed;
  }

  /** Waits for the greeting's answer: from then on the bus passes messages. */
  async #enter({ clock, signal }: ConnectionPowers): Promise<void> {
    let given: unknown;
    const giveUp = (why: unknown): void => {
      given = why;
      // Ends the greeting, too.
      this.#socket.destroy();
    };
    const abort = (): void => giveUp(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    const timer = clock.after(CONNECT_MS, () => giveUp(new Error(`it did not let us in within ${CONNECT_MS} ms`)));
    try {
      const connected = new Promise<void>((resolve) => void this.#wire.on("connect", resolve));
      const ended = this.ended.then((cause) => {
        throw cause ?? new Error("it closed the connection");
      });
      await Promise.race([connected, ended]);
      await Promise.race([this.callBus("Hello"), ended]);
    } catch (error) {
      throw given ?? error;
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    }
  }
}
