import { KernelError } from "../errors.ts";
import { printed, Sid } from "../ids.ts";
import { Memory } from "../memory.ts";
import { noOptions } from "../options.ts";
import { Kind } from "../ring/layout.ts";
import type { AnswerWords, Connection, Failure, MemoryWords, SyncOptions, WaitOptions, Words } from "../types.ts";
import { Call, type Completion } from "./completion.ts";
import type { Draft, Forwards, Outgoing, ThreadContext } from "./contracts.ts";
import { checkMemoryWords } from "./messages.ts";
import { failed, Forwarding, Sending } from "./sending.ts";
import { checkTimeout, checkWait, waitFor } from "./sleeper.ts";

/** A handle on a connection. */
export class ConnectionHandle implements Connection {
  static {
    printed(ConnectionHandle.prototype, ({ cid, alive }) => `Connection(${cid}${alive ? "" : ", ended"})`);
  }

  readonly #context: ThreadContext;
  readonly #sending: Sending;
  readonly #connection: Outgoing;
  #open = true;

  constructor(context: ThreadContext, connection: Outgoing) {
    this.#context = context;
    this.#sending = new Sending(context);
    this.#connection = connection;
  }

  get cid(): number {
    return this.#connection.cid;
  }

  get alive(): boolean {
    return this.#open && this.#connection.alive;
  }

  get ended(): Promise<void> {
    return this.#connection.ended.promise();
  }

  // oxlint-disable-next-line typescript/promise-function-async -- a send that has room makes no promise
  scalar(id: number, words: Words = noWords, options: WaitOptions = noOptions): Promise<void> {
    return this.#send(draft(Kind.scalar, id, words, undefined), options);
  }

  scalarSync(id: number, words: Words = noWords, options: SyncOptions = noOptions): void {
    this.#sync(draft(Kind.scalar, id, words, undefined), options);
  }

  tryScalar(id: number, words: Words = noWords): Failure | undefined {
    return this.#try(draft(Kind.scalar, id, words, undefined)) as Failure | undefined;
  }

  tryScalars(id: number, words: Float64Array): number | Failure {
    if (!(words instanceof Float64Array) || words.length % 4 !== 0) {
      throw new KernelError("InvalidArgument", "Many scalars are a Float64Array of four numbers each.");
    }
    if (words.length === 0) return 0;
    const first = this.#try(
      draft(Kind.scalar, id, [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0], undefined),
    );
    if (first === "ServerQueueFull") return 0;
    if (first !== undefined) return first as Failure;
    return 1 + this.#connection.lane.sendScalars(this.#connection, id, words.subarray(4));
  }

  blockingScalar(id: number, words: Words = noWords, options: WaitOptions = noOptions): Promise<AnswerWords> {
    return this.#call(draft(Kind.blockingScalar, id, words, undefined), options) as Promise<AnswerWords>;
  }

  blockingScalarSync(id: number, words: Words = noWords, options: SyncOptions = noOptions): AnswerWords {
    return this.#sync(draft(Kind.blockingScalar, id, words, undefined), options) as AnswerWords;
  }

  tryBlockingScalar(
    id: number,
    words: Words = noWords,
    options: WaitOptions = noOptions,
  ): Promise<AnswerWords> | Failure {
    return this.#tryCall(draft(Kind.blockingScalar, id, words, undefined), options) as Promise<AnswerWords> | Failure;
  }

  lend(id: number, memory: Memory, options: MemoryOptions = noOptions): Promise<MemoryWords> {
    return this.#call(memoryDraft(Kind.lend, id, memory, options), options) as Promise<MemoryWords>;
  }

  lendSync(id: number, memory: Memory, options: MemoryOptions = noOptions): MemoryWords {
    return this.#sync(memoryDraft(Kind.lend, id, memory, options), options) as MemoryWords;
  }

  tryLend(id: number, memory: Memory, options: MemoryOptions = noOptions): Promise<MemoryWords> | Failure {
    return this.#tryCall(memoryDraft(Kind.lend, id, memory, options), options) as Promise<MemoryWords> | Failure;
  }

  mutableLend(id: number, memory: Memory, options: MemoryOptions = noOptions): Promise<MemoryWords> {
    return this.#call(memoryDraft(Kind.mutableLend, id, memory, options), options) as Promise<MemoryWords>;
  }

  mutableLendSync(id: number, memory: Memory, options: MemoryOptions = noOptions): MemoryWords {
    return this.#sync(memoryDraft(Kind.mutableLend, id, memory, options), options) as MemoryWords;
  }

  tryMutableLend(id: number, memory: Memory, options: MemoryOptions = noOptions): Promise<MemoryWords> | Failure {
    return this.#tryCall(memoryDraft(Kind.mutableLend, id, memory, options), options) as Promise<MemoryWords> | Failure;
  }

  // oxlint-disable-next-line typescript/promise-function-async -- a send that has room makes no promise
  move(id: number, memory: Memory, options: MemoryOptions = noOptions): Promise<void> {
    return this.#send(memoryDraft(Kind.move, id, memory, options), options);
  }

  moveSync(id: number, memory: Memory, options: MemoryOptions = noOptions): void {
    this.#sync(memoryDraft(Kind.move, id, memory, options), options);
  }

  tryMove(id: number, memory: Memory, options: MemoryOptions = noOptions): Failure | undefined {
    return this.#try(memoryDraft(Kind.move, id, memory, options)) as Failure | undefined;
  }

  // oxlint-disable-next-line typescript/promise-function-async -- a send that has room makes no promise
  moveCopy(id: number, bytes: Uint8Array, options: MemoryOptions = noOptions): Promise<void> {
    try {
      checkWait(options);
      const tried = this.tryMoveCopy(id, bytes, options);
      if (tried === undefined) return sentAtOnce;
      if (tried !== "ServerQueueFull") throw failed(tried);
      return this.move(id, Memory.copyOf(bytes), options);
    } catch (error) {
      return rejected(error);
    }
  }

  moveCopySync(id: number, bytes: Uint8Array, options: MemoryOptions = noOptions): void {
    checkWait(options);
    const tried = this.tryMoveCopy(id, bytes, options);
    if (tried === "ServerQueueFull") this.moveSync(id, Memory.copyOf(bytes), options);
    else if (tried !== undefined) throw failed(tried);
  }

  tryMoveCopy(id: number, bytes: Uint8Array, { offset, valid }: MemoryWords = {}): Failure | undefined {
    if (!(bytes instanceof Uint8Array)) throw new KernelError("InvalidArgument", "A copy is moved of a Uint8Array.");
    if (offset !== undefined || valid !== undefined) checkMemoryWords(offset, valid);
    if (!this.#open) return "ServerNotFound";
    // Nobody else may change bytes while they are copied, or their number.
    if (bytes.length > this.#connection.lane.copyMax || !(bytes.buffer instanceof ArrayBuffer))
      return this.tryMove(id, Memory.copyOf(bytes), { offset, valid });
    return this.#sending.tryCopy(this.#connection, id, bytes, offset ?? Number.NaN, valid ?? Number.NaN);
  }

  /** @internal How a received message is passed on over it. */
  get forwards(): Forwards {
    return new Forwarding(this.#context, this.#sending, this.#connection, () => this.#open);
  }

  #send(what: Draft, options: WaitOptions): Promise<void> {
    try {
      if (!this.#open) throw failed("ServerNotFound");
      return this.#sending.send(this.#connection, what, options) ?? sentAtOnce;
    } catch (error) {
      return rejected(error);
    }
  }

  #call(what: Draft, options: WaitOptions): Promise<unknown> {
    try {
      if (!this.#open) throw failed("ServerNotFound");
      return this.#sending.call(this.#connection, what, options);
    } catch (error) {
      return rejected(error);
    }
  }

  #tryCall(what: Draft, options: WaitOptions): Promise<unknown> | Failure {
    checkWait(options);
    const call = this.#try(what);
    return call instanceof Call ? this.#sending.answer(call, options) : (call as Failure);
  }

  #try(what: Draft): Call | Failure | undefined {
    return this.#open ? this.#sending.try(this.#connection, what) : "ServerNotFound";
  }

  #sync(what: Draft, options: SyncOptions): unknown {
    checkWait(options);
    if (!this.#open) throw failed("ServerNotFound");
    return this.#sending.sync(this.#connection, what, options.timeoutMs);
  }

  disconnect(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#context.control.release(this.#connection);
  }

  [Symbol.dispose](): void {
    this.disconnect();
  }
}

const noWords: Words = [];
const sentAtOnce: Promise<void> = Promise.resolve();

function draft(kind: Draft["kind"], id: number, words: Words, memory: Memory | undefined): Draft {
  if (words.length > 4) throw new KernelError("InvalidArgument", "A scalar carries four numbers at most.");
  for (let at = 0; at < words.length; at += 1) {
    if (typeof words[at] !== "number") throw new KernelError("InvalidArgument", "A scalar carries numbers only.");
  }
  return { kind, id, words, memory };
}

function memoryDraft(kind: Draft["kind"], id: number, memory: Memory, { offset, valid }: MemoryWords): Draft {
  if (!(memory instanceof Memory)) throw new KernelError("InvalidArgument", "Lend and move take a Memory.");
  if (offset !== undefined || valid !== undefined) checkMemoryWords(offset, valid);
  return { kind, id, words: [offset ?? Number.NaN, valid ?? Number.NaN], memory };
}

type MemoryOptions = MemoryWords & WaitOptions & SyncOptions;

// A function that does not await must not be async: that would cost every call a promise more.
// oxlint-disable-next-line typescript/promise-function-async
function rejected<T>(error: unknown): Promise<T> {
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason may be anything
  return Promise.reject(error);
}

/** Connects to the server with this id, once there is one. */
export async function connectTo(context: ThreadContext, sid: Sid, options: WaitOptions = {}): Promise<Connection> {
  checkWait(options);
  return await connected(context, askForServer(context, sid, true), options);
}

export function connectToSync(context: ThreadContext, sid: Sid, timeoutMs: number): Connection {
  checkTimeout(timeoutMs);
  return connectedSync(context, askForServer(context, sid, true), timeoutMs);
}

/** A connection that was asked for. */
export interface Connecting {
  readonly reply: Completion<Outgoing>;
  /** Takes it back; if it comes all the same, it is released. */
  readonly giveUp: () => void;
  /** What is said if it does not come in time. */
  readonly late: string;
}

/** Asks for a connection to the server with this id. */
export function askForServer(context: ThreadContext, sid: Sid, wait: boolean): Connecting {
  Sid.check(sid);
  const { number, reply } = context.control.ask<Outgoing>({ type: "connect", sid: sid.words(), wait });
  return { reply, giveUp: () => context.control.cancel(number), late: "The server did not appear in time." };
}

/** Awaits a connection. The options are to be checked before it is asked for. */
export async function connected(
  context: ThreadContext,
  { reply, giveUp, late }: Connecting,
  options: WaitOptions = {},
): Promise<Connection> {
  const outgoing = await waitFor(context, reply, options, late, (error) => {
    giveUp();
    reply.reject(error);
  });
  return new ConnectionHandle(context, outgoing);
}

/** Parks the thread until it is connected. */
export function connectedSync(
  context: ThreadContext,
  { reply, giveUp, late }: Connecting,
  timeoutMs: number,
): Connection {
  if (!context.sleeper.block(() => !reply.pending, timeoutMs)) {
    giveUp();
    reply.reject(new KernelError("Timeout", late));
  }
  return new ConnectionHandle(context, reply.result());
}
