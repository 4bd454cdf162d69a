/** A connection to a message bus, with its calls and values, the checks of what is sent, the addresses, and the errors. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { createConnection as connect, type Socket } from "node:net";

import type { DBusConnection, Message } from "dbus-native";

import type { Clock } from "../time.ts";

/** How long the bus may take to let us in. */
const CONNECT_MS = 5_000;

/** A longer message ends the connection. A system bus passes none on that is longer. */
const MESSAGE_BYTES_MAX = 32 * 1_024 * 1_024;

interface ConnectionPowers {
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
    const signature = "s".repeat(args.length);
    return this.call({ destination: BUS, path: "/org/freedesktop/DBus", interface: BUS, member, signature, args });
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

/** Types of messages. */
const METHOD_CALL = 1;
const ERROR = 3;
const SIGNAL = 4;

/** The name of the bus itself, and of its interface. */
const BUS = "org.freedesktop.DBus";

/** A method call: who is asked, and what. */
export interface BusCall {
  /** A well-known name (`org.freedesktop.Notifications`), or the unique name of one connection (`:1.42`). */
  readonly destination: string;
  /** e.g. `/org/freedesktop/Notifications` */
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** The types of `args`, as D-Bus writes them: `susssasa{sv}i`. Needed if there are any. */
  readonly signature?: string;
  /**
   * Numbers, strings, booleans, arrays (also for structs), bigints for 64 bits, Buffers for `ay`, objects for `a{s…}`,
   * and a `Variant` wherever the signature has a `v`.
   */
  readonly args?: readonly unknown[];
}

export interface CallOptions {
  /** How long to wait for the answer. @default 5_000 */
  readonly timeoutMs?: number;
  /** Gives up waiting. What was asked may be done all the same. */
  readonly signal?: AbortSignal;
}

/** A signal, as it was received. */
export interface BusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Variants are their values, `a{s…}` are objects, `ay` are Buffers, 64 bits are bigints. Their types are the sender's. */
  readonly args: readonly unknown[];
}

const TIMEOUT_MS = 5_000;

/** As many calls may wait for their answer: what a system bus allows a connection. */
const CALLS_MAX = 128;

/** The calls that wait for their answer. Each ends once: by its answer, its time, its signal, or the connection's end. */
class PendingCalls {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #serial = 0;
  #ended: BusError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a call by `send`, and gives what is answered. */
  add(call: BusCall, options: CallOptions, send: (serial: number) => void): Promise<readonly unknown[]> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    const what = `${call.interface}.${call.member}`;
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended;
      if (signal?.aborted) throw aborted(what, signal);
      if (this.#waiting.size >= CALLS_MAX)
        throw new BusError("Busy", `${what} was not sent: ${CALLS_MAX} calls wait for their answers`);
      const serial = this.#nextSerial();
      const end = (): void => {
        this.#waiting.delete(serial);
        timer.cancel();
        signal?.removeEventListener("abort", abort);
      };
      const failed = (error: BusError): void => {
        end();
        reject(error);
      };
      const abort = (): void => failed(aborted(what, signal));
      const late = `${call.destination} did not answer ${what} within ${timeoutMs} ms; it may be done all the same`;
      const timer = this.#clock.after(timeoutMs, () => failed(new BusError("TimedOut", late)));
      signal?.addEventListener("abort", abort);
      const answered = (answer: Message): void => {
        end();
        if (answer.type === ERROR) reject(refusal(call, answer));
        else resolve(answer.body ?? []);
      };
      this.#waiting.set(serial, { destination: call.destination, answered, failed });
      try {
        send(serial);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        failed(new BusError("InvalidArgument", `the arguments of ${what} cannot be sent: ${why}`, { cause }));
      }
    });
  }

  /** An answer came. One that is nobody's, or not from who was asked, is ignored. */
  answer(message: Message): void {
    const waiting = this.#waiting.get(message.replySerial ?? 0);
    if (waiting === undefined) return;
    const { destination } = waiting;
    // Who owns a well-known name is not known here; the bus lets nobody else answer. Errors are the bus's own, too.
    const named = destination.startsWith(":") || destination === BUS;
    if (named && message.sender !== destination && message.sender !== BUS) return;
    waiting.answered(message);
  }

  /** Whether nothing is answered any more. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** Nothing will be answered any more, for the first reason that is given. */
  end(error: BusError): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.failed(error);
  }

  /** 1 to 2³²−1, and again; one that a call still waits for is passed over. */
  #nextSerial(): number {
    do this.#serial = (this.#serial % 0xffff_ffff) + 1;
    while (this.#waiting.has(this.#serial));
    return this.#serial;
  }
}

interface Waiting {
  readonly destination: string;
  answered(answer: Message): void;
  failed(error: BusError): void;
}

function aborted(what: string, signal: AbortSignal | undefined): BusError {
  return new BusError("Aborted", `${what} was given up`, { cause: signal?.reason });
}

function refusal({ destination, interface: name, member }: BusCall, { errorName, body }: Message): BusError {
  const said = typeof body?.[0] === "string" ? `${body[0]} (${errorName})` : errorName;
  const options = errorName === undefined ? {} : { dbusName: errorName };
  return new BusError("Refused", `${destination} refused ${name}.${member}: ${said}`, options);
}

/** The same value as `dbus-native` takes it, so that its classes need not be loaded by whoever makes one. */
export function wireValue(value: unknown): unknown {
  if (value instanceof Variant) return [value.signature, wireValue(value.value)];
  if (Array.isArray(value)) return value.map(wireValue);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.entries(value).map(([key, entry]) => [key, wireValue(entry)]);
}

/** A value with its type, where the signature says only `v`: `new Variant("y", 2)`. */
export class Variant {
  readonly signature: string;
  readonly value: unknown;

  constructor(signature: string, value: unknown) {
    this.signature = signature;
    this.value = value;
  }
}

/** Throws an `InvalidArgument` that names what is not of its shape: the bus would cut the connection off for it. */
export function checkCall({ destination, path, interface: name, member, signature, args = [] }: BusCall): void {
  if (!UNIQUE.test(destination)) checkName(destination);
  checkShape("path", path, PATH, "is /, or names after slashes");
  checkShape("interface", name, INTERFACE, "has two or more names with dots between them");
  checkShape("member", member, MEMBER, "is one name");
  if ((signature ?? "") === "" && args.length > 0)
    throw new BusError("InvalidArgument", `${name}.${member} has arguments, but no signature that gives their types`);
}

/** Throws an `InvalidArgument` if this is no well-known name. */
export function checkName(name: string): void {
  checkShape("name", name, WELL_KNOWN, "has two or more names with dots between them");
}

function checkShape(what: string, value: string, shape: RegExp, rule: string): void {
  if (shape.test(value) && (what === "path" || value.length <= NAME_BYTES_MAX)) return;
  throw new BusError("InvalidArgument", `${JSON.stringify(value)} is no ${what} of a bus: a ${what} ${rule}`);
}

const UNIQUE = /^:[\w-]+(\.[\w-]+)+$/;
const WELL_KNOWN = /^[A-Za-z_-][\w-]*(\.[A-Za-z_-][\w-]*)+$/;
const INTERFACE = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/;
const MEMBER = /^[A-Za-z_]\w*$/;
const PATH = /^(\/|(\/\w+)+)$/;
const NAME_BYTES_MAX = 255;

/** A bus by its usual name, or an address as the environment has it: `unix:path=/run/user/1000/bus`. */
export type BusAddress = "session" | "system" | (string & {});

/**
 * The paths of the sockets where a bus may listen, in the order to try them; at least one.
 *
 * Throws a `BusError`: `NoAddress` if nothing says where the bus is, `BadAddress` if what is said cannot be used.
 */
export function socketPaths(address: BusAddress, environment: Environment): readonly string[] {
  const { text, from } = addressText(address, environment);
  const paths: string[] = [];
  const refused: string[] = [];
  for (const part of text.split(";").filter((part) => part !== "")) {
    const path = socketPath(part, environment);
    if (typeof path === "string") paths.push(path);
    else refused.push(`${JSON.stringify(part)} ${path.refused}`);
  }
  if (paths.length > 0) return paths;
  const why = refused.length === 0 ? "it is empty" : refused.join("; ");
  throw new BusError("BadAddress", `${from} cannot be used: ${why}`);
}

type Environment = Readonly<Record<string, string | undefined>>;

function addressText(address: BusAddress, environment: Environment): { readonly text: string; readonly from: string } {
  if (address !== "session" && address !== "system") return { text: address, from: "the address of the bus" };
  const variable = address === "session" ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS";
  const text = environment[variable];
  if (text !== undefined && text !== "") return { text, from: variable };
  const runtime = environment["XDG_RUNTIME_DIR"];
  const usual = address === "system" ? SYSTEM_PATH : runtime ? `${runtime}/bus` : undefined;
  if (usual !== undefined && existsSync(usual)) return { text: `unix:path=${escaped(usual)}`, from: usual };
  const looked = usual === undefined ? "nor is XDG_RUNTIME_DIR" : `and there is no ${usual}`;
  throw new BusError("NoAddress", `there is no ${address} bus: ${variable} is not set, ${looked}`);
}

const SYSTEM_PATH = "/run/dbus/system_bus_socket";

function escaped(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The path of one address, or what is wrong with it. */
function socketPath(text: string, environment: Environment): string | { readonly refused: string } {
  const [transport = "", rest] = text.split(/:(.*)/s);
  if (rest === undefined) return { refused: "is no address of a bus, such as unix:path=/run/dbus/system_bus_socket" };
  // Also `unixexec:`, which would run a program that a variable names.
  if (transport !== "unix")
    return { refused: `is by ${JSON.stringify(transport)}, and only unix:path=… is spoken here` };
  const values = new Map<string, string>();
  for (const pair of rest.split(",")) {
    const [key = "", value] = pair.split(/=(.*)/s);
    const plain = value === undefined ? undefined : unescaped(value);
    if (plain === undefined || plain === "" || plain.includes("\0"))
      return { refused: `has no value that can be read for ${JSON.stringify(key)}` };
    values.set(key, plain);
  }
  if (values.has("abstract"))
    return {
      refused:
        "is an abstract socket, which cannot be reached from Node: have the bus listen at a path (unix:path=…) as well",
    };
  const runtime = environment["XDG_RUNTIME_DIR"];
  const path = values.get("path") ?? (values.has("runtime") && runtime ? `${runtime}/bus` : undefined);
  if (path === undefined) return { refused: "has no path" };
  if (Buffer.byteLength(path) > PATH_BYTES_MAX)
    return { refused: `has a path of more than ${PATH_BYTES_MAX} bytes, which no socket can have` };
  return path;
}

/** What fits a socket's address (`sun_path`) with the NUL that ends it. A longer path would be cut short in silence. */
const PATH_BYTES_MAX = 107;

/** Values are bytes, escaped as in a URI. */
function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** The one error class of message buses. What its message quotes of others may hold control characters. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly code: BusErrorCode;
  /** What the other side calls its error, e.g. `org.freedesktop.DBus.Error.ServiceUnknown`; only if `Refused`. */
  readonly dbusName: string | undefined;

  constructor(code: BusErrorCode, message: string, options: BusErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.dbusName = options.dbusName;
  }
}

/**
 * What can go wrong on a message bus, by a stable name. Tell errors apart by `code`, never by class or message.
 *
 * | code | when | what to do |
 * |---|---|---|
 * | `InvalidArgument` | a name, a signature or a value is not of its shape | mend the call |
 * | `NoAddress` | no address of the bus is set, and there is none where it usually is | start a bus, or set the address |
 * | `BadAddress` | the address cannot be read, or not be reached from Node | the message says what to set instead |
 * | `CannotConnect` | nobody answers at the address, or not as a bus does (`cause`) | see the message |
 * | `Disconnected` | the bus is gone; if it went before the answer came, it is not known whether it was done | ask again |
 * | `TimedOut` | no answer in time: it is not known whether it was done | ask again |
 * | `Refused` | the answer is an error: `dbusName` names it | see the message |
 * | `Busy` | as many calls as may wait for an answer already do | wait for some first |
 * | `Aborted` | the signal that was given said so (`cause`) | |
 * | `BusClosed` | the bus was closed by this program | open it anew |
 */
type BusErrorCode =
  | "InvalidArgument"
  | "NoAddress"
  | "BadAddress"
  | "CannotConnect"
  | "Disconnected"
  | "TimedOut"
  | "Refused"
  | "Busy"
  | "Aborted"
  | "BusClosed";

interface BusErrorOptions extends ErrorOptions {
  readonly dbusName?: string;
}
