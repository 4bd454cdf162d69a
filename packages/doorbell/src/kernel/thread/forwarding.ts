import type { SyncOptions, WaitOptions } from "../api.ts";
import { kernelThread } from "../broker/index.ts";
import { KernelError } from "../errors.ts";
import { Completion } from "./completion.ts";
import type { Outgoing } from "./outgoing.ts";
import { depthMax, type Forwards, type Passable } from "./passed.ts";
import { failed, type Sending, syncTimeoutMs } from "./sending.ts";
import type { Station } from "./station.ts";
import type { Failure } from "./types.ts";
import { checkWait, waitFor } from "./waiting.ts";

/**
 * Passes received messages on over one connection. The order is: the message goes to its new server, and then who called
 * is told that its answer comes from there. Whichever thread ends in between, the caller hears of an end: its call hangs
 * on the old server until it is told of the new one. The answer needs no such word: it is known by the call's key.
 */
export class Forwarding implements Forwards {
  readonly #station: Station;
  readonly #sending: Sending;
  readonly #connection: Outgoing;
  readonly #isOpen: () => boolean;

  constructor(station: Station, sending: Sending, connection: Outgoing, isOpen: () => boolean) {
    this.#station = station;
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
        await waitFor(this.#station, laid, left(), "", (error) => laid.reject(lateOr(error))).catch((error: unknown) =>
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
      if (!this.#station.sleeper.block(() => !laid.pending, left().timeoutMs ?? syncTimeoutMs)) laid.reject(late());
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
    const until = this.#station.powers.now() + timeoutMs;
    return () => ({ ...rest, timeoutMs: Math.max(0, until - this.#station.powers.now()) });
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
    if (caller !== undefined && caller.lane.peer === peer && peer !== this.#station.thread) {
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
    return pair === undefined ? undefined : this.#station.introductions.try(...pair);
  }

  /** Ends once caller and server have a way between them for the answer; fails if the message can never go. */
  #introduction(message: Passable, id: number): Completion<void> {
    const failure = this.#mayNot(message, id);
    if (failure !== undefined) throw failed(failure);
    const pair = this.#strangers(message);
    if (pair !== undefined) return this.#station.introductions.ask(...pair);
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
    if (caller !== undefined && lane.peer !== this.#station.thread)
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
