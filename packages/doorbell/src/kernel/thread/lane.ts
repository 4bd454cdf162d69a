import type { Memory } from "../memory/index.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Passed } from "./passed.ts";

/** What an answer says, in the place of an opcode: 1, 2 or 5 numbers, memory that comes back, or a failure. */
export const Status = { memory: 16, failure: 256 } as const;

/** An answer as it goes out. */
export interface GivenAnswer {
  readonly call: number;
  readonly key: number;
  readonly status: number;
  readonly words: readonly number[];
  readonly bytes: ArrayBuffer | undefined;
  /** Whether the message had been passed on: its caller may have given the call up for lost. */
  readonly passed: boolean;
}

/** That a call was passed on: how often by now, and to which thread. */
export interface GivenPass {
  readonly call: number;
  readonly key: number;
  readonly depth: number;
  readonly holder: number;
}

/**
 * The way from this thread to one other, or to itself: all connections between the two. Rings in shared memory carry it;
 * other carriers can stand behind the same calls.
 */
export interface Lane {
  readonly peer: number;
  /** Whether the other end is this same thread. */
  readonly local: boolean;
  /** Nothing is read of it any more, and nothing sent. */
  ended: boolean;
  /** Connections that this thread has to the peer, by their index, and those that the peer has here. */
  readonly outgoing: (Outgoing | undefined)[];
  readonly incoming: (Incoming | undefined)[];

  /** Whether a message of this connection has room now: in the connection's queue, and on the way. */
  hasRoom(connection: Outgoing): boolean;
  /** Sends what has four numbers. There must be room. */
  send(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    a: number,
    b: number,
    c: number,
    d: number,
    passed?: Passed,
  ): void;
  /** Sends many scalars at once; returns how many there was room for. */
  sendScalars(connection: Outgoing, id: number, words: Float64Array): number;
  /** Sends memory; false if there is room for its slot and not for its bytes. */
  sendMemory(
    kind: number,
    connection: Outgoing,
    id: number,
    call: number,
    key: number,
    memory: Memory,
    offset: number,
    valid: number,
    passed?: Passed,
  ): boolean;
  /** Bytes of this length at most can be sent as a copy. */
  readonly copyMax: number;
  /** Moves a copy of bytes; false if there is room for its slot and not for them. */
  sendCopy(connection: Outgoing, id: number, bytes: Uint8Array, offset: number, valid: number): boolean;
  /** Answers a call of the peer. Never waits: what has no room now goes out when there is. */
  answer(answer: GivenAnswer): void;
  /** Tells the peer that a call of its was passed on, to which thread; runs `told` once that is published, or the lane has ended. */
  pass(pass: GivenPass, told: () => void): void;

  /** So many places in the queue of the peer's connection are free again; who waits is told once there are enough. */
  consume(connection: number, count: number, enough: number): void;
  /** Asks to be woken when there is room. Look for room once more after asking. */
  wantRoom(): void;
  /** Sends what waits for room, and says whether something still does. */
  flush(): boolean;
  close(): void;
}
