import { kernelThread } from "../broker/protocol.ts";
import { KernelError } from "../errors.ts";
import { isOpcode } from "../options.ts";
import { Kind } from "../ring/layout.ts";
import type { Failure, SyncOptions, WaitOptions } from "../types.ts";
import { type Answer, type Call, Completion } from "./completion.ts";
import { depthMax, type Draft, type Forwards, type Outgoing, type Passable, type ThreadContext } from "./contracts.ts";
import { checkTimeout, checkWait, waitFor } from "./sleeper.ts";

/** Blocking calls wait so long if they are not told otherwise. */
export const syncTimeoutMs = 30_000;

interface Wait {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The sending of messages by one thread: trying, awaiting and blocking. */
export class Sending {
  readonly #context: ThreadContext;

  constructor(context: ThreadContext) {
    this.#context = context;
  }

  /** Sends now or says why not, having taken nothing. A call comes back to be waited for. */
  try(connection: Outgoing, draft: Draft): Call | Failure | undefined {
    const failure = this.mayNot(connection, draft.id);
    if (failure !== undefined) return failure;
    if (connection.waiters.length > 0) return "ServerQueueFull";
    return this.attempt(connection, draft);
  }

  /** Why nothing of this opcode can ever be sent over this connection. */
  mayNot(connection: Outgoing, id: number): Failure | undefined {
    if (!isOpcode(id)) throw new KernelError("InvalidArgument", "An opcode is an unsigned word of 32 bits.");
    if (!connection.alive) return "ServerNotFound";
    if (connection.opcodes === undefined || connection.opcodes.has(id)) return undefined;
    // The server refuses it as well; here it costs nothing but the telling.
    this.#context.powers.post({ type: "denied", peer: connection.lane.peer, connection: connection.index });
    return "AccessDenied";
  }

  /** Sends if there is room. */
  attempt(connection: Outgoing, { kind, id, words, memory, passed }: Draft): Call | Failure | undefined {
    const { lane } = connection;
    if (!lane.hasRoom(connection)) return connection.alive ? "ServerQueueFull" : "ServerNotFound";
    if (memory !== undefined && memory.place !== "here") void memory.bytes;
    // What is passed on is somebody's call already.
    const isNewCall = kind !== Kind.scalar && kind !== Kind.move && passed === undefined;
    const call = isNewCall ? this.#context.openCall(lane, memory, kind === Kind.mutableLend) : undefined;
    const index = call?.index ?? passed?.caller?.call ?? 0;
    const key = call?.key ?? passed?.caller?.key ?? 0;
    if (memory === undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = words;
      lane.send(kind, connection, id, index, key, a, b, c, d, passed);
      return call;
    }
    const [offset = Number.NaN, valid = Number.NaN] = words;
    if (lane.sendMemory(kind, connection, id, index, key, memory, offset, valid, passed)) return call;
    if (call !== undefined) this.#context.calls.close(call);
    return "ServerQueueFull";
  }

  /** Moves a copy of bytes now, or says why not. */
  tryCopy(connection: Outgoing, id: number, bytes: Uint8Array, offset: number, valid: number): Failure | undefined {
    const failure = this.mayNot(connection, id);
    if (failure !== undefined) return failure;
    const { lane } = connection;
    if (connection.waiters.length > 0) return "ServerQueueFull";
    if (!lane.hasRoom(connection)) return connection.alive ? "ServerQueueFull" : "ServerNotFound";
    return lane.sendCopy(connection, id, bytes, offset, valid) ? undefined : "ServerQueueFull";
  }

  /** Sends as soon as there is room; a promise only if it must wait. */
  send(connection: Outgoing, draft: Draft, options: Wait): Promise<void> | undefined {
    checkWait(options);
    const sent = this.try(connection, draft);
    if (sent === undefined) return undefined;
    if (sent !== "ServerQueueFull") throw failed(sent as Failure);
    return this.inLine(connection, () => this.attempt(connection, draft), options).then(() => {});
  }

  /** Sends as soon as there is room, and waits for the answer. */
  call(connection: Outgoing, draft: Draft, options: Wait): Promise<Answer> {
    checkWait(options);
    const sent = this.try(connection, draft);
    if (typeof sent === "object") return this.answer(sent, options);
    if (sent !== "ServerQueueFull") throw failed(sent as Failure);
    return this.#callInLine(connection, draft, options);
  }

  async #callInLine(connection: Outgoing, draft: Draft, options: Wait): Promise<Answer> {
    const { timeoutMs } = options;
    const until = timeoutMs === undefined ? undefined : this.#context.powers.now() + timeoutMs;
    const call = await this.inLine(connection, () => this.attempt(connection, draft), options);
    const left = until === undefined ? undefined : Math.max(0, until - this.#context.powers.now());
    return this.answer(call as Call, { ...options, timeoutMs: left });
  }

  /** Waits for the answer of a call that was sent. */
  answer(call: Call, options: Wait): Promise<Answer> {
    return waitFor(
      this.#context,
      call,
      options,
      "The server did not answer in time; whether it did what was asked is not known.",
      (error) => call.fail(error),
    );
  }

  /** Waits in the line of a connection's senders, until an attempt finds room. */
  inLine(connection: Outgoing, attempt: () => Call | Failure | undefined, options: Wait): Promise<Call | undefined> {
    return new Promise((resolve, reject) => {
      const waiter = {
        attempt: (): boolean => {
          let sent: Call | Failure | undefined;
          try {
            sent = attempt();
          } catch (error) {
            waiter.fail(error);
            return true;
          }
          if (sent === "ServerQueueFull") return false;
          done();
          if (typeof sent === "string") reject(failed(sent));
          else resolve(sent);
          return true;
        },
        fail: (error: unknown): void => {
          done();
          reject(error);
        },
      };
      const leave = (error: unknown): void => {
        const at = connection.waiters.indexOf(waiter);
        if (at >= 0) connection.waiters.splice(at, 1);
        if (connection.waiters.length === 0) this.#context.waiting.delete(connection);
        waiter.fail(error);
      };
      const timer =
        options.timeoutMs === undefined
          ? undefined
          : this.#context.powers.after(options.timeoutMs, () =>
              leave(new KernelError("Timeout", "There was no room in time; nothing was sent.", { detail: "unsent" })),
            );
      const { signal } = options;
      const abort = signal === undefined ? undefined : (): void => leave(signal.reason);
      if (abort !== undefined) signal?.addEventListener("abort", abort, { once: true });
      let isDone = false;
      const done = (): void => {
        if (isDone) return;
        isDone = true;
        timer?.cancel();
        if (abort !== undefined) signal?.removeEventListener("abort", abort);
        this.#context.sleeper.end();
      };
      connection.waiters.push(waiter);
      this.#context.waiting.add(connection);
      this.#context.sleeper.begin();
      // A thread that listens already has to ask for room, too.
      this.#context.sleeper.soon();
    });
  }

  /** Parks the thread until there is room, and until the answer if one is owed. */
  sync(connection: Outgoing, draft: Draft, timeoutMs: number = syncTimeoutMs): Answer | undefined {
    checkTimeout(timeoutMs);
    const isCall = draft.kind !== Kind.scalar && draft.kind !== Kind.move;
    if (connection.lane.local && isCall) throw deadlock();
    const until = this.#context.powers.now() + timeoutMs;
    const call = this.syncWith(connection, () => this.try(connection, draft), timeoutMs);
    if (call === undefined) return undefined;
    if (!this.#context.sleeper.block(() => !call.pending, Math.max(0, until - this.#context.powers.now()))) {
      call.fail(
        new KernelError("Timeout", "The server did not answer in time; whether it did what was asked is not known."),
      );
    }
    return call.result();
  }

  /** Parks the thread until an attempt finds room. */
  syncWith(
    connection: Outgoing,
    attempt: () => Call | Failure | undefined,
    timeoutMs: number = syncTimeoutMs,
  ): Call | undefined {
    const { lane } = connection;
    let sent = attempt();
    if (sent === "ServerQueueFull") {
      if (lane.local) throw deadlock();
      const room = (): boolean => {
        sent = attempt();
        if (sent !== "ServerQueueFull") return true;
        lane.wantRoom();
        sent = attempt();
        return sent !== "ServerQueueFull";
      };
      if (!this.#context.sleeper.block(room, timeoutMs))
        throw new KernelError("Timeout", "There was no room in time; nothing was sent.", { detail: "unsent" });
    }
    if (typeof sent === "string") throw failed(sent);
    return sent;
  }
}

/** A failure of a `try…` form as an error. */
export function failed(failure: Failure): KernelError {
  const texts: Record<Failure, string> = {
    ServerQueueFull: "The server's queue is full.",
    ServerNotFound: "The server of this connection has ended, or the connection was disconnected.",
    AccessDenied: "This opcode does not pass the id by which the connection was made.",
  };
  return new KernelError(failure, texts[failure]);
}

function deadlock(): KernelError {
  return new KernelError(
    "Deadlock",
    "A blocking call to a server of this same thread would never end: await it instead.",
  );
}

/**
 * Passes received messages on over one connection. The order is: the message goes to its new server, and then who called
 * is told that its answer comes from there. Whichever thread ends in between, the caller hears of an end: its call hangs
 * on the old server until it is told of the new one. The answer needs no such word: it is known by the call's key.
 */
export class Forwarding implements Forwards {
  readonly #context: ThreadContext;
  readonly #sending: Sending;
  readonly #connection: Outgoing;
  readonly #isOpen: () => boolean;

  constructor(context: ThreadContext, sending: Sending, connection: Outgoing, isOpen: () => boolean) {
    this.#context = context;
    this.#sending = sending;
    this.#connection = connection;
    this.#isOpen = isOpen;
  }

  try(message: Passable, id: number): Failure | undefined {
    message.waits();
    try {
      const failure = this.#mayNot(message, id) ?? this.#strange(message) ?? this.#try(message, id);
      if (failure !== undefined) message.stays();
      return failure;
    } catch (error) {
      message.stays();
      throw error;
    }
  }

  async forward(message: Passable, id: number, options: WaitOptions): Promise<void> {
    checkWait(options);
    message.waits();
    try {
      const left = this.#clock(options);
      const laid = this.#introduction(message, id);
      // If nothing is waited for, it has its place in line from now on.
      if (laid.pending) {
        await waitFor(this.#context, laid, left(), "", (error) => laid.reject(lateOr(error))).catch((error: unknown) =>
          unlessEnded(message, error),
        );
        options.signal?.throwIfAborted();
      } else laid.result();
      const failure = this.#try(message, id);
      if (failure === "ServerQueueFull")
        await this.#sending.inLine(this.#connection, () => this.#attempt(message, id), left());
      else if (failure !== undefined) throw failed(failure);
    } catch (error) {
      message.stays();
      throw error;
    }
  }

  sync(message: Passable, id: number, options: SyncOptions): void {
    checkWait(options);
    const { timeoutMs = syncTimeoutMs } = options;
    message.waits();
    try {
      const left = this.#clock({ timeoutMs });
      const laid = this.#introduction(message, id);
      if (!this.#context.sleeper.block(() => !laid.pending, left().timeoutMs ?? syncTimeoutMs)) laid.reject(late());
      try {
        laid.result();
      } catch (error) {
        unlessEnded(message, error);
      }
      this.#sending.syncWith(this.#connection, () => this.#try(message, id), left().timeoutMs);
    } catch (error) {
      message.stays();
      throw error;
    }
  }

  /** What is left of the time, whenever it is asked. */
  #clock({ timeoutMs, ...rest }: WaitOptions): () => WaitOptions {
    if (timeoutMs === undefined) return () => rest;
    const until = this.#context.powers.now() + timeoutMs;
    return () => ({ ...rest, timeoutMs: Math.max(0, until - this.#context.powers.now()) });
  }

  /** Why the message cannot ever be passed on over this connection, before anything is asked of anybody. */
  #mayNot(message: Passable, id: number): Failure | undefined {
    // Whether it may be sent at all: it is not.
    message.draft(id, message.passed);
    const { depth, caller } = message.passed;
    const { peer } = this.#connection.lane;
    if (depth >= depthMax) {
      throw new KernelError(
        "Deadlock",
        `This message was passed on ${depthMax} times: it seems to go round for ever.`,
        { detail: "depth" },
      );
    }
    if (caller !== undefined && caller.lane.peer === peer && peer !== this.#context.thread) {
      throw new KernelError("Deadlock", "This call would go to the thread that made it, and may be blocked by it.", {
        detail: "cycle",
      });
    }
    if (peer === kernelThread)
      throw new KernelError("AccessDenied", "Nothing is passed on to the kernel's own servers.", { detail: "kernel" });
    return this.#isOpen() ? this.#sending.mayNot(this.#connection, id) : "ServerNotFound";
  }

  /** Why there is no way between caller and server for the answer, if there is none. It is asked for. */
  #strange(message: Passable): Failure | undefined {
    const pair = this.#strangers(message);
    return pair === undefined ? undefined : this.#context.introductions.try(...pair);
  }

  /** Ends once caller and server have a way between them for the answer; fails if the message can never go. */
  #introduction(message: Passable, id: number): Completion<void> {
    const failure = this.#mayNot(message, id);
    if (failure !== undefined) throw failed(failure);
    const pair = this.#strangers(message);
    if (pair !== undefined) return this.#context.introductions.ask(...pair);
    const none = new Completion<void>();
    none.resolve(undefined);
    return none;
  }

  /** Caller and server, if both are other threads than this. */
  #strangers({ passed: { caller } }: Passable): readonly [number, number] | undefined {
    const { lane } = this.#connection;
    if (caller === undefined || caller.lane.local || caller.lane.ended || lane.local) return undefined;
    return [caller.lane.peer, lane.peer];
  }

  #try(message: Passable, id: number): Failure | undefined {
    if (!this.#isOpen()) return "ServerNotFound";
    const failure = this.#sending.mayNot(this.#connection, id);
    if (failure !== undefined) return failure;
    return this.#connection.waiters.length > 0 ? "ServerQueueFull" : this.#attempt(message, id);
  }

  #attempt(message: Passable, id: number): Failure | undefined {
    const { depth, caller } = message.passed;
    const { lane } = this.#connection;
    const passed = { depth: depth + 1, caller };
    const draft = message.draft(id, passed);
    // If who called has ended, nobody waits: it is given up as an answer would be.
    if (caller?.lane.ended !== true) {
      const failure = this.#sending.attempt(this.#connection, draft);
      if (failure !== undefined) return failure as Failure;
    }
    message.gone();
    if (caller !== undefined && lane.peer !== this.#context.thread)
      caller.lane.pass({ call: caller.call, key: caller.key, depth: passed.depth, holder: lane.peer });
    return undefined;
  }
}

/** If who called has ended meanwhile there is nobody to lay a way to, and none is needed: what was asked for it is no failure. */
function unlessEnded({ passed: { caller } }: Passable, error: unknown): void {
  const isRefused = error instanceof KernelError && error.code === "ServerNotFound";
  if (!isRefused || caller?.lane.ended !== true) throw error;
}

/** A deadline is told as what it is here; all else, as it is. */
function lateOr(error: unknown): unknown {
  return error instanceof KernelError && error.code === "Timeout" ? late() : error;
}

function late(): KernelError {
  return new KernelError(
    "Timeout",
    "The way between caller and server was not laid in time; the message is still here.",
    {
      detail: "unsent",
    },
  );
}
