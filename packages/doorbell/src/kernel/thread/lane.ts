import type { MessagePort } from "node:worker_threads";

import type { Memory } from "../memory.ts";
import type { Slot } from "../ring/ring.ts";
import type { Failure, SyncOptions, WaitOptions } from "../types.ts";
import { Completion } from "./completion.ts";
import type { ServerCore } from "./queue.ts";
import type { RingLane } from "./ring-lane.ts";
import type { Draft } from "./sending.ts";

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
  /** Tells the peer that a call of its was passed on, to which thread. When it returns the word is out: this thread may end. */
  pass(pass: GivenPass): void;

  /** So many places in the queue of the peer's connection are free again; who waits is told once there are enough. */
  consume(connection: number, count: number, enough: number): void;
  /** Asks to be woken when there is room. Look for room once more after asking. */
  wantRoom(): void;
  /** Sends what waits for room, and says whether something still does. */
  flush(): boolean;
  close(): void;
}

/** What a ring lane needs of the thread that has it. */
export interface LaneHost {
  /** A slot was taken from the ring. */
  arrived(lane: RingLane, slot: Slot): void;
  /** The other end broke the rules. */
  broken(lane: RingLane, reason: string): void;
  /** There is no room in this lane for the word that a call was passed on: it is to go by the kernel. */
  relay(lane: RingLane, pass: GivenPass): void;
  /** Something waits for room in this lane. */
  stalled(lane: RingLane): void;
  /** Some places in queues are free that the other end is not told of yet: this thread is to look again soon. */
  freed(): void;
  /** A connection ended, and everything that came by it was taken from the ring. */
  drained(lane: RingLane, connection: number): void;
}

/** Memory and port of a lane, as the broker gave them. */
export interface LaneParts {
  readonly peer: number;
  readonly direction: 0 | 1;
  readonly shared: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** The server's side of a connection. */
export class Incoming {
  readonly lane: Lane;
  readonly index: number;
  readonly server: ServerCore;
  readonly opcodes: ReadonlySet<number> | undefined;
  /** The number of the narrowed id by which it was made; `undefined` by the server's own id. */
  readonly narrowed: number | undefined;
  /** Messages that are here and not consumed: more than the queue holds is a sender that breaks the rules. */
  held = 0;

  /** A sender that waits is woken for so many places at once, or when its receiver looks for more: not for each. */
  readonly #enough: number;
  #onEmpty: (() => void) | undefined;

  constructor(
    lane: Lane,
    index: number,
    server: ServerCore,
    opcodes: ReadonlySet<number> | undefined,
    narrowed: number | undefined,
  ) {
    this.lane = lane;
    this.index = index;
    this.server = server;
    this.opcodes = opcodes;
    this.narrowed = narrowed;
    this.#enough = Math.max(1, server.queueMax >>> 2);
  }

  /** True if a narrowed id made it that is revoked by now: then nothing that comes by it takes effect any more. */
  get isRevoked(): boolean {
    return this.narrowed !== undefined && !this.server.narrowed.has(this.narrowed);
  }

  /** One of its messages is received, or answered, or several are: their places are free. */
  consume(count = 1): void {
    this.held -= count;
    this.lane.consume(this.index, count, this.#enough);
    if (this.held === 0) this.#onEmpty?.();
  }

  /** Runs it once no message is held: until then the places that they take are not another connection's. */
  whenEmpty(run: () => void): void {
    if (this.held === 0) run();
    else this.#onEmpty = run;
  }
}

/** A send that waits for room. */
interface SendWaiter {
  /** Tries again; true once it is done, well or badly. */
  attempt(): boolean;
  fail(error: unknown): void;
}

/** This thread's side of a connection: what all its handles share. */
export class Outgoing {
  readonly lane: Lane;
  readonly index: number;
  readonly cid: number;
  readonly queueMax: number;
  /** The opcodes that pass; `undefined` is all. */
  readonly opcodes: ReadonlySet<number> | undefined;
  references = 0;
  alive = true;
  readonly ended: Completion<void> = new Completion<void>();
  /** Room in the queue as last known: never more than there is. */
  room = 0;
  /** Awaited sends in line, first come first served. */
  readonly waiters: SendWaiter[] = [];

  constructor(lane: Lane, index: number, cid: number, queueMax: number, opcodes: ReadonlySet<number> | undefined) {
    this.lane = lane;
    this.index = index;
    this.cid = cid;
    this.queueMax = queueMax;
    this.opcodes = opcodes;
  }
}

/** A message can be passed on so often. */
export const depthMax = 8;

/** What goes along with a message that is passed on. */
export interface Passed {
  /** How often it was passed on, this time included. */
  readonly depth: number;
  /** For a call: the way to who made it, and how the call is known there. */
  readonly caller: Caller | undefined;
}

/** Who made a call, and what an answer to it must name. */
export interface Caller {
  readonly lane: Lane;
  readonly call: number;
  readonly key: number;
}

/** A received message, as who passes it on sees it. */
export interface Passable {
  readonly passed: Passed;
  /** What is sent. Fails with `DoubleFree` if it is this program's no longer, with `MemoryInUse` while it is looked at. */
  draft(id: number, passed: Passed): Draft;
  /** It waits to be passed on: until then its program can do nothing with it. */
  waits(): void;
  /** It could not be passed on: it is its program's again. */
  stays(): void;
  /** It was passed on. */
  gone(): void;
}

/** How a message is passed on over a connection. */
export interface Forwards {
  try(message: Passable, id: number): Failure | undefined;
  forward(message: Passable, id: number, options: WaitOptions): Promise<void>;
  sync(message: Passable, id: number, options: SyncOptions): void;
}
