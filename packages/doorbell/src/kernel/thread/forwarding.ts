import type { SyncOptions, WaitOptions } from "../api.ts";
import { KernelError } from "../errors.ts";
import { Completion } from "./completion.ts";
import type { Outgoing } from "./outgoing.ts";
import { depthMax, type Forwards, type Passable } from "./passed.ts";
import { failed, type Sending, syncTimeoutMs } from "./sending.ts";
import type { Station } from "./station.ts";
import type { Failure } from "./types.ts";
import { checkTimeout, checkWait, waitFor } from "./waiting.ts";

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
    this.#check(message);
    message.waits();
    try {
      const failure = this.#introduced(message) ? this.#try(message, id, () => {}) : "ServerQueueFull";
      if (failure !== undefined) message.stays();
      return failure;
    } catch (error) {
      message.stays();
      throw error;
    }
  }

  async forward(message: Passable, id: number, options: WaitOptions, onSent?: () => void): Promise<void> {
    checkWait(options);
    this.#check(message);
    message.waits();
    try {
      const left = this.#clock(options);
      const laid = this.#introduction(message);
      await waitFor(this.#station, laid, left(), late, (error) => laid.reject(error));
      const told = new Completion<void>();
      const sent = this.#try(message, id, () => told.resolve());
      if (sent === "ServerQueueFull")
        await this.#sending.inLine(this.#connection, () => this.#attempt(message, id, () => told.resolve()), left());
      else if (sent !== undefined) throw failed(sent);
      onSent?.();
      // It is done; and once its caller has been told, this thread may end as well.
      await waitFor(this.#station, told, {}, "", () => {});
    } catch (error) {
      message.stays();
      throw error;
    }
  }

  sync(message: Passable, id: number, { timeoutMs = syncTimeoutMs }: SyncOptions): void {
    checkTimeout(timeoutMs);
    this.#check(message);
    message.waits();
    try {
      const left = this.#clock({ timeoutMs });
      const laid = this.#introduction(message);
      if (!this.#block(laid, left().timeoutMs)) throw new KernelError("Timeout", late, { detail: "unsent" });
      laid.result();
      const told = new Completion<void>();
      this.#sending.syncWith(this.#connection, () => this.#try(message, id, () => told.resolve()), left().timeoutMs);
      this.#block(told, left().timeoutMs);
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

  #block(what: Completion<unknown>, timeoutMs: number = syncTimeoutMs): boolean {
    return this.#station.sleeper.block(() => !what.pending, timeoutMs);
  }

  #check({ passed: { depth, caller } }: Passable): void {
    const { peer } = this.#connection.lane;
    if (depth >= depthMax) {
      throw new KernelError(
        "Deadlock",
        `This message was passed on ${depthMax} times: it seems to go round for ever.`,
        {
          detail: "depth",
        },
      );
    }
    if (caller === undefined || caller.lane.peer !== peer || peer === this.#station.thread) return;
    throw new KernelError("Deadlock", "This call would go to the thread that made it, and may be blocked by it.", {
      detail: "cycle",
    });
  }

  /** Whether caller and server have a way between them for the answer; if not, it is asked for. */
  #introduced(message: Passable): boolean {
    const pair = this.#strangers(message);
    return pair === undefined || this.#station.introductions.have(...pair);
  }

  /** Ends once caller and server have a way between them for the answer. */
  #introduction(message: Passable): Completion<void> {
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

  #try(message: Passable, id: number, told: () => void): Failure | undefined {
    if (!this.#isOpen()) return "ServerNotFound";
    const failure = this.#sending.mayNot(this.#connection, id);
    if (failure !== undefined) return failure;
    return this.#connection.waiters.length > 0 ? "ServerQueueFull" : this.#attempt(message, id, told);
  }

  #attempt(message: Passable, id: number, told: () => void): Failure | undefined {
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
    if (caller === undefined || lane.peer === this.#station.thread) told();
    else caller.lane.pass({ call: caller.call, key: caller.key, depth: passed.depth, holder: lane.peer }, told);
    return undefined;
  }
}

const late = "The way between caller and server was not laid in time; the message is still here.";
