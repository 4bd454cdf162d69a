import { KernelError, type KernelErrorCode } from "../errors.ts";
import { printed, Sid } from "../ids.ts";
import { checkKnown, isOpcode, noOptions } from "../options.ts";
import type { Message, ScalarMessage, Server, SyncOptions, WaitOptions } from "../types.ts";
import { Completion } from "./completion.ts";
import type { ThreadContext } from "./contracts.ts";
import { type Received, Scalar } from "./messages.ts";
import { ServerCore } from "./queue.ts";
import { syncTimeoutMs } from "./sending.ts";
import { checkTimeout, checkWait, waitFor } from "./sleeper.ts";

/** After so many messages in a row the event loop gets a turn: a flood must not stop timers and sockets. */
const inARowMax = 512;

/** A server of this thread. */
export class ServerHandle implements Server {
  static {
    printed(
      ServerHandle.prototype,
      (server) => `Server(${server.#core.number}${server.#core.ended ? ", destroyed" : ""})`,
    );
  }

  readonly #context: ThreadContext;
  readonly #core: ServerCore;
  /** The server's id, and the whole authority over it. */
  readonly sid: Sid;
  #inARow = 0;

  constructor(context: ThreadContext, core: ServerCore, sid: Sid) {
    this.#context = context;
    this.#core = core;
    this.sid = sid;
  }

  get denied(): number {
    return this.#core.denied;
  }

  /** Messages that wait to be received, as far as this thread has looked. */
  get queued(): number {
    return this.#core.queued;
  }

  /** Calls that were received and not answered. */
  get owed(): number {
    return this.#core.owed.size;
  }

  async receive(options: WaitOptions = noOptions): Promise<Message> {
    checkWait(options);
    if (this.#inARow >= inARowMax) {
      this.#inARow = 0;
      await this.#turn();
    }
    const message = this.tryReceive();
    if (message !== undefined) {
      this.#inARow += 1;
      return message;
    }
    this.#inARow = 0;
    const receiver = new Completion<Received>();
    this.#core.await(receiver);
    return waitFor(this.#context, receiver, options, "No message came in time.", (error) => {
      this.#core.leave(receiver);
      receiver.reject(error);
    });
  }

  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#context.powers.later(resolve);
    });
  }

  receiveSync(options: SyncOptions = noOptions): Message {
    checkKnown("receiveSync", options, ["timeoutMs"]);
    const { timeoutMs = syncTimeoutMs } = options;
    checkTimeout(timeoutMs);
    let message: Message | undefined = this.#core.shift();
    const came = (): boolean => (message = this.#core.shift()) !== undefined || this.#core.ended;
    if (message === undefined && !this.#context.sleeper.block(came, timeoutMs)) {
      throw new KernelError("Timeout", "No message came in time.");
    }
    if (message === undefined) throw destroyed();
    return message;
  }

  tryReceive(): Message | undefined {
    const message = this.#core.shift();
    if (message !== undefined) return message;
    if (this.#core.ended) throw destroyed();
    this.#context.pump();
    return this.#core.shift();
  }

  tryReceiveScalars(like: ScalarMessage, words: Float64Array): number {
    if (!(words instanceof Float64Array) || words.length % 4 !== 0) {
      throw new KernelError("InvalidArgument", "Many scalars are received into a Float64Array of four numbers each.");
    }
    if (!(like instanceof Scalar))
      throw new KernelError("InvalidArgument", "Scalars are received behind a scalar that they are like.");
    const count = this.#core.shiftScalars(like, words);
    if (count > 0 || this.#core.queued > 0) return count;
    if (this.#core.ended) throw destroyed();
    this.#context.pump();
    return this.#core.shiftScalars(like, words);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Message, undefined> {
    while (!this.#core.ended) {
      try {
        yield await this.receive();
      } catch (error) {
        if (this.#core.ended) return undefined;
        throw error;
      }
    }
    return undefined;
  }

  /**
   * Refuses a message that this server received: its caller fails with this code, what nobody waits for is dropped. With
   * `AccessDenied` it is counted as such.
   */
  refuse(message: Message, code: KernelErrorCode = "AccessDenied"): void {
    if (code === "AccessDenied") this.#core.denied += 1;
    (message as Received).refuse(code);
  }

  /** Makes another id of this server through which only some opcodes pass, to be given to whom not all is trusted. */
  async narrow(options: NarrowOptions): Promise<NarrowedSid> {
    const { made, reply } = this.#narrow(options);
    await waitFor(this.#context, reply, {}, "", () => {});
    return made;
  }

  narrowSync(options: NarrowOptions): NarrowedSid {
    const { made, reply } = this.#narrow(options);
    this.#context.sleeper.block(() => !reply.pending, syncTimeoutMs);
    reply.result();
    return made;
  }

  #narrow(options: NarrowOptions): { readonly made: NarrowedSid; readonly reply: Completion<unknown> } {
    checkKnown("narrow", options, ["opcodes"]);
    const { opcodes } = options;
    if (!Array.isArray(opcodes) || !opcodes.every(isOpcode)) {
      throw new KernelError("InvalidArgument", "An id is narrowed to a list of opcodes, unsigned words of 32 bits.");
    }
    if (this.#core.ended) throw destroyed();
    const sid = Sid.random();
    const core = this.#core;
    const narrowed = this.#context.nextServer();
    // Known here before the broker's reply: a client may be connected, and have sent, as early as that.
    core.narrowed.add(narrowed);
    const { reply } = this.#context.control.ask<unknown>({
      type: "narrow",
      server: core.number,
      sid: sid.words(),
      opcodes: [...opcodes],
      narrowed,
    });
    // An id that the broker would not have passes nothing.
    reply.promise().catch(() => core.narrowed.delete(narrowed));
    return { made: new NarrowedSid(this.#context, core, narrowed, sid), reply };
  }

  destroy(options: { readonly force?: boolean } = noOptions): void {
    checkKnown("destroy", options, ["force"]);
    const { force = false } = options;
    if (this.#core.ended) return;
    this.#core.end(force);
    this.#context.servers.delete(this.#core.number);
    this.#context.powers.post({ type: "destroyServer", server: this.#core.number });
  }

  [Symbol.dispose](): void {
    this.destroy({ force: true });
  }
}

/** The options of {@link ServerHandle.narrow}. */
export interface NarrowOptions {
  /** The opcodes that pass. All others are refused with `AccessDenied`. */
  readonly opcodes: readonly number[];
}

/** Another id of a server, through which only some opcodes pass. */
export class NarrowedSid implements Disposable {
  readonly #context: ThreadContext;
  readonly #core: ServerCore;
  readonly #number: number;
  /** The id to be given away instead of the server's own. */
  readonly sid: Sid;

  /** @internal */
  constructor(context: ThreadContext, core: ServerCore, number: number, sid: Sid) {
    this.#context = context;
    this.#core = core;
    this.#number = number;
    this.sid = sid;
  }

  /**
   * Ends this id alone. Its holders see what they would see if the server had ended: messages that came by it and wait to be
   * received are dropped, calls among them fail with `ServerNotFound`, and nothing that was sent by it arrives from now on.
   * A call that the server received before can still be answered.
   */
  revoke(): void {
    this.#core.revoke(this.#number);
    this.#context.powers.post({ type: "revoke", sid: this.sid.words() });
  }

  [Symbol.dispose](): void {
    this.revoke();
  }
}

function destroyed(): KernelError {
  return new KernelError("ServerNotFound", "The server was destroyed.");
}

/** The options of a new server. */
export interface ServerOptions {
  /** Its id. Whoever knows an id before its server exists can wait for it. @default a new one */
  readonly sid?: Sid;
  /** Messages of one connection that may be on their way or unanswered, 1 to 65536. @default 128 */
  readonly queueMax?: number;
  /**
   * Memory of a moved message that was dropped is used again for the next of the same length that comes to this server:
   * several times the messages a second. In return, keep no view of `message.bytes` past the message's end: it would show,
   * and change, what comes next. What was taken out of its message (`take`) is not used again. @default false
   */
  readonly recycle?: boolean;
  /** Called when a connection to the server has ended, with the number of the thread that had it. */
  readonly onDisconnect?: (sender: number) => void;
}

/** The names of {@link ServerOptions}. */
export const serverOptions: readonly string[] = ["sid", "queueMax", "recycle", "onDisconnect"];

/** A server that is being made. */
interface Making {
  /** Its number in its thread. */
  readonly number: number;
  readonly server: ServerHandle;
  /** Ends once the broker knows it, or will not have it: then it is to be undone. */
  readonly reply: Completion<unknown>;
  undo(): void;
  /** Is called as the maker gets the server, if there is an `onDisconnect`: that may be called from the next look at what has come. */
  readonly given: (() => void) | undefined;
}

/** Makes a server of this thread. */
export function makeServer(context: ThreadContext, options: ServerOptions): Making {
  checkKnown("A server", options, serverOptions);
  const { sid = Sid.random(), queueMax = 128, recycle = false, onDisconnect } = options;
  Sid.check(sid);
  if (onDisconnect !== undefined && typeof onDisconnect !== "function")
    throw new KernelError("InvalidArgument", "onDisconnect is a function that takes the number of a thread.");
  if (!Number.isInteger(queueMax) || queueMax < 1 || queueMax > 65_536) {
    throw new KernelError("InvalidArgument", "A queue holds 1 to 65536 messages of a connection (queueMax).");
  }
  if (typeof recycle !== "boolean")
    throw new KernelError("InvalidArgument", "Whether memory is used again (recycle) is true or false.");
  const number = context.nextServer();
  const core = new ServerCore(number, queueMax, onDisconnect, recycle, context.control);
  // Known here before the broker's reply: a client may be connected, and have sent, as early as that.
  context.servers.set(number, core);
  const { reply } = context.control.ask<unknown>({
    type: "createServer",
    server: number,
    sid: sid.words(),
    queueMax,
  });
  const server = new ServerHandle(context, core, sid);
  const given = onDisconnect && ((): void => core.given());
  return { number, server, reply, undo: () => void context.servers.delete(number), given };
}

/** Has the server given to its maker by the promise that resolves in this turn. */
export function givenSoon(context: ThreadContext, { given }: Making): void {
  if (given !== undefined) context.powers.later(given);
}

/** The same, awaited. */
export async function madeServer(context: ThreadContext, options: ServerOptions): Promise<Making> {
  const making = makeServer(context, options);
  try {
    await waitFor(context, making.reply, {}, "", () => {});
  } catch (error) {
    making.undo();
    throw error;
  }
  return making;
}

/** The same, with the thread parked meanwhile. */
export function madeServerSync(context: ThreadContext, options: ServerOptions): Making {
  const making = makeServer(context, options);
  context.sleeper.block(() => !making.reply.pending, syncTimeoutMs);
  try {
    making.reply.result();
  } catch (error) {
    making.undo();
    throw error;
  }
  return making;
}
