import { formatCommand, isPlain } from "../codec.ts";
import { LineError } from "../errors.ts";
import { Backoff } from "../time.ts";
import {
  type Added,
  checkNotifyOptions,
  type ClientOptions,
  type ClientPowers,
  completeOptions,
  connectClient,
  type ConnectOptions,
  type NotifyOptions,
  type Received,
} from "./connect.ts";
import { Directory, Fetching, Numbered, Unlocking } from "./items.ts";
import { type CallOptions, Link } from "./link.ts";
import { Mode } from "./mode.ts";
import { type Notification, Streams } from "./streams.ts";

/**
 * A client of the line protocol. Every call is answered in order; what cannot be answered fails with a `LineError`.
 * A lost connection is made anew, in the mode that it was in.
 *
 * Subclass it to be told of what is new, as with the original: `randomAvailable() {…}` and `classifiedAvailable() {…}`
 * are called if they are there. What is not handled is ignored.
 *
 * @example
 * await using client = await connect({ port: 6789 });
 * console.log(await client.random());
 */
export class Client implements AsyncDisposable {
  readonly #link: Link;
  readonly #mode: Mode;
  readonly #fetching: Fetching;
  readonly #unlocking: Unlocking | undefined;
  readonly #options: Required<ClientOptions>;
  readonly #stats = { ignored: 0, notifications: 0, connections: 0 };
  readonly #streams: Streams;
  readonly #added: () => Added;
  #settleConnected: (error?: LineError) => void = () => {};
  /** Resolves with the first connection; rejects if that fails. */
  readonly connected: Promise<void>;

  /** Called when a random number is available, if a subclass has it. */
  randomAvailable?(): unknown;
  /** Called when an ad is available, if a subclass has it. */
  classifiedAvailable?(): unknown;

  /**
   * Begins to connect. Most programs call `connect` instead, which waits until it is. `added` is asked for more as the
   * first connection is made: by then a subclass has its fields.
   *
   * @throws LineError `InvalidArgument`
   */
  constructor(powers: ClientPowers, options: ClientOptions = {}, added: () => Added = () => ({})) {
    if (typeof (powers as Partial<ClientPowers> | undefined)?.dial !== "function")
      throw new LineError("InvalidArgument", "a client is made by connect(options), or Client.connect(options)");
    const { dial, clock, random } = powers;
    this.#added = added;
    this.#options = completeOptions(options);
    const { reconnect, backoffMs, backoffMaxMs, deadlineMs, burst, rearmMs, received, key, after } = this.#options;
    this.connected = new Promise((resolve, reject) => {
      this.#settleConnected = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Who does not wait for it hears of a failure by the calls that fail.
    this.connected.catch(() => {});
    this.#link = new Link({
      dial,
      clock,
      deadlineMs,
      burst,
      backoff: reconnect ? new Backoff({ firstMs: backoffMs, maxMs: backoffMaxMs, random }) : undefined,
      events: {
        connected: () => this.#connected(),
        disconnected: (cause, reconnects, wasOpen) => this.#disconnected(cause, reconnects, wasOpen),
        notified: (source) => this.#notified({ source }),
        ignored: () => void (this.#stats.ignored += 1),
      },
    });
    this.#mode = new Mode(this.#link, clock, rearmMs);
    const inbox = key === undefined ? undefined : new Numbered(after);
    if (inbox !== undefined && key !== undefined) this.#unlocking = new Unlocking(this.#link, inbox, key);
    this.#fetching = new Fetching(this.#link, this.#mode, clock, (error) => this.failed(error), inbox);
    this.#streams = new Streams(this.#mode, this.#fetching, new Directory(this.#link));
    this.#followAll(received);
  }

  /**
   * Connects to a server.
   *
   * @throws LineError `CannotConnect`, `InvalidArgument`, `Aborted`
   */
  static connect<C extends Client>(
    this: new (powers: ClientPowers, options: ClientOptions) => C,
    options: ConnectOptions = {},
  ): Promise<C> {
    return connectClient((powers, rest) => new this(powers, rest), options);
  }

  // To be overridden.

  /** Called with each new connection, before anything but a key is sent on it. */
  connectionMade(): void {}

  /**
   * Called once for each connection that is lost; `reconnects`: another one is tried. Not for attempts that fail, and not
   * when the client is closed.
   */
  connectionLost(_cause: LineError, _reconnects: boolean): void {}

  /** Hears of what has nobody to hear of it: a handler that threw, an item that the server refused. @default a warning */
  failed(error: unknown): void {
    process.emitWarning(error instanceof Error ? error : String(error));
  }

  // Commands.

  /** The newest random number, from 0 to 2⁵³−1. @throws LineError */
  async random(options?: CallOptions): Promise<number> {
    const number = await this.#fetch("random", "number", options);
    if (number === "") throw new LineError("BadAnswer", "the server has no random number yet");
    return Number(number);
  }

  /** The oldest ad that was not read; empty when there is none. @throws LineError */
  classified(options?: CallOptions): Promise<string> {
    return this.fetch("classified", options);
  }

  /** The next item of a source; empty when there is none. @throws LineError */
  async fetch(source: string, options?: CallOptions): Promise<string> {
    return this.#fetch(source, "text", options);
  }

  /** Puts an ad on the board. Only where the server has that extension. @throws LineError */
  async post(text: string, options?: CallOptions): Promise<void> {
    await this.#link.command(formatCommand({ verb: "post", text }), "ok", options);
  }

  /** Sends any command that does not change the mode, and gives its answer. @throws LineError */
  async command(line: string, options?: CallOptions): Promise<string> {
    if (!isPlain(line)) throw new LineError("InvalidArgument", "a command is one line without control characters");
    if (/^key( |$)/.test(line)) throw new LineError("InvalidArgument", "give a key as the option of that name");
    if (/^(notif|stop_notif)( |$)/.test(line)) throw new LineError("InvalidArgument", "use notify() and stopNotify()");
    return this.#link.command(line, "line", options);
  }

  // Notifications.

  /**
   * Enters notification mode, for all sources or (where the server has that extension) for some. Gives the server's
   * answer, `OK`; within a pause nothing is asked, and the mode is entered at its end.
   *
   * @throws LineError
   */
  async notify(options: NotifyOptions = {}): Promise<"OK"> {
    checkNotifyOptions(options);
    const { sources = [], ...rest } = options;
    await this.#streams.notify(sources, rest);
    return "OK";
  }

  /** Leaves notification mode, and gives the server's `OK`. A notification that crosses is still delivered. @throws LineError */
  async stopNotify(options?: CallOptions): Promise<"OK"> {
    await this.#streams.stopNotify(options);
    return "OK";
  }

  /** The next notification that no `waitNotif` has seen. @throws LineError */
  waitNotif(options?: CallOptions): Promise<Notification> {
    return this.#streams.unseen(options);
  }

  /**
   * Notifications as they come, of one source or of all. Enters notification mode while it is read, if need be.
   * Ends when the client is closed.
   */
  notifications(source?: string, options?: CallOptions): AsyncGenerator<Notification, void, undefined> {
    return this.#streams.notifications(source, options);
  }

  /**
   * Leaves notification mode until the disposal of what it gives, so that a server that wants it so can be asked.
   *
   * @example
   * await using paused = await client.pauseNotifications();
   * console.log(await client.random());
   */
  pauseNotifications(options?: CallOptions): Promise<AsyncDisposable> {
    return this.#mode.paused(options);
  }

  // Items.

  /** Items as they become available: numbers of `random`, lines of any other source. Ends when the client is closed. */
  items<Source extends string>(source: Source, options?: CallOptions): AsyncGenerator<Item<Source>, void, undefined>;
  items(source: string, options?: CallOptions): AsyncGenerator<number | string, void, undefined> {
    return source === "random"
      ? this.#streams.items(source, Number, options)
      : this.#streams.items(source, String, options);
  }

  stats(): ClientStats {
    return { ...this.#stats };
  }

  /** Closes the connection. Calls that wait fail with `ClientClosed`; iterators end. */
  async close(): Promise<void> {
    this.#link.close();
    this.#mode.disconnected();
    this.#fetching.end();
    this.#settleConnected(new LineError("ClientClosed", "the client was closed"));
    this.#streams.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fetch(source: string, expects: "number" | "text", options?: CallOptions): Promise<string> {
    const line = formatCommand({ verb: "fetch", source });
    const discarded = (item: string): void => this.#fetching.discarded(source, item);
    const item = await this.#link.command(line, expects, { ...options, discarded });
    this.#fetching.taken(source, item);
    return item;
  }

  #followAll({ random, classified }: Received): void {
    const streams = this.#streams;
    if (random !== undefined) streams.follow("random", (item) => this.#handle(() => random(Number(item))));
    if (classified !== undefined) streams.follow("classified", (item) => this.#handle(() => classified(item)));
  }

  #connected(): void {
    this.#stats.connections += 1;
    if (this.#stats.connections === 1) {
      try {
        const { received = {}, wantsMode = false } = this.#added();
        this.#followAll(received);
        if (wantsMode) this.#streams.wantMode();
      } catch (error) {
        return this.#link.fail(error as LineError);
      }
    }
    // What is sent first is the key; who waits for the connection waits until it has opened something.
    this.#unlocking?.unlock().then(() => this.#settleConnected(), ignore);
    this.#fetching.connected();
    this.#handle(() => this.connectionMade());
    this.#streams.connected();
    this.#mode.connected();
    if (this.#unlocking === undefined) this.#settleConnected();
  }

  #disconnected(cause: LineError, reconnects: boolean, wasOpen: boolean): void {
    this.#mode.disconnected();
    this.#settleConnected(cause);
    if (!reconnects) this.#streams.end(cause);
    if (wasOpen) this.#handle(() => this.connectionLost(cause, reconnects));
  }

  #notified(notification: Notification): void {
    const { source } = notification;
    this.#stats.notifications += 1;
    this.#streams.put(notification);
    if (source === "random") this.#handle(() => this.randomAvailable?.());
    if (source === "classified") this.#handle(() => this.classifiedAvailable?.());
    if (Object.hasOwn(this.#options.available, source)) this.#handle(() => this.#options.available[source]?.());
    this.#fetching.notified(source);
  }

  /** Calls a handler; what it throws breaks nothing. */
  #handle(call: () => unknown): void {
    try {
      const given = call();
      if (given instanceof Promise) given.catch((error: unknown) => this.failed(error));
    } catch (error) {
      this.failed(error);
    }
  }
}

/** What an item of a source is: a number of `random`, a line of any other, either where the name is not known. */
export type Item<Source extends string> = Source extends "random"
  ? number
  : string extends Source
    ? number | string
    : string;

/** What a client has seen since it was made. */
export interface ClientStats {
  /** lines that nobody asked for, or that were malformed */
  readonly ignored: number;
  readonly notifications: number;
  /** connections that came to be, the first included */
  readonly connections: number;
}

function ignore(): void {
  // A key that failed has ended the connection, and whoever waits for that is told so.
}

/**
 * Connects to a server of the line protocol, by default on loopback at port 6789.
 *
 * @throws LineError `CannotConnect`, `InvalidArgument`, `Aborted`
 *
 * @example
 * await using client = await connect({ port: 6789 });
 * for await (const ad of client.items("classified")) console.log(ad);
 */
export function connect(options?: ConnectOptions): Promise<Client> {
  return Client.connect(options);
}

/**
 * A client whose user receives items, and never learns that there is a mode: subclass it, and give it
 * `randomReceived` or `classifiedReceived`, as methods or as fields. The options `received` do the same. With
 * `randomAvailable`, `classifiedAvailable` or the option `available` alone it enters notification mode by itself too.
 *
 * @example
 * class Numbers extends HigherLevelClient {
 *   override randomReceived(value: number) {
 *     console.log(value);
 *   }
 * }
 * await using client = await Numbers.connect({ port: 6789 });
 */
export class HigherLevelClient extends Client {
  readonly #given: ClientOptions;
  /** Called with each new random number, if a subclass has it. */
  randomReceived?(value: number): unknown;
  /** Called with each new ad, if a subclass has it. */
  classifiedReceived?(ad: string): unknown;

  constructor(powers: ClientPowers, options: ClientOptions = {}) {
    const added = (): Added => this.#added();
    super(powers, options, added);
    this.#given = options;
  }

  #added(): Added {
    for (const name of ["randomReceived", "classifiedReceived", "randomAvailable", "classifiedAvailable"] as const)
      if (!["function", "undefined"].includes(typeof this[name]))
        throw new LineError("InvalidArgument", `${name} is a function, not a ${typeof this[name]}`);
    const { received = {}, available = {} } = this.#given;
    // An option comes before the method. A method is looked up anew for each item: it may be replaced.
    const random = received.random === undefined && this.randomReceived !== undefined;
    const classified = received.classified === undefined && this.classifiedReceived !== undefined;
    return {
      received: {
        ...(random && { random: (value: number) => this.randomReceived?.(value) }),
        ...(classified && { classified: (ad: string) => this.classifiedReceived?.(ad) }),
      },
      wantsMode:
        this.randomAvailable !== undefined ||
        this.classifiedAvailable !== undefined ||
        Object.values(available).some((handler) => handler !== undefined),
    };
  }
}
