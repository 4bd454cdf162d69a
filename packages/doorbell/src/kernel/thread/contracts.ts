import type { MessagePort } from "node:worker_threads";

import type { ToBroker } from "../broker/protocol.ts";
import type { Memory } from "../memory.ts";
import type { Kind } from "../ring/layout.ts";
import type { Slot } from "../ring/ring.ts";
import type { Wake } from "../ring/wake.ts";
import type { Failure, SyncOptions, WaitOptions } from "../types.ts";
import { type Call, type CallTable, Completion } from "./completion.ts";
import type { Sleeper, ThreadPowers } from "./sleeper.ts";

/**
 * What the parts of a thread's side of the kernel know of each other. Each part imports this file and none of the others that
 * use it in turn: `Station` alone makes them and ties them together.
 */
export interface ThreadContext {
  readonly thread: number;
  readonly wake: Wake;
  readonly powers: ThreadPowers;
  readonly sleeper: Sleeper;
  readonly lanes: LaneTable;
  readonly control: ControlLine;
  readonly introductions: Introduced;
  /** Servers of this thread by their number, and connections by their slot in its table. */
  readonly servers: Map<number, ServerQueue>;
  readonly connections: Map<number, Outgoing>;
  readonly calls: CallTable;
  /** The connections with sends in line, and the lanes with answers in line. */
  readonly waiting: Set<Outgoing>;
  readonly stalled: Set<RemoteLane>;
  /** Ends when this thread has left the kernel, or the kernel has ended. */
  readonly left: Completion<void>;
  /** How many answers may wait for room in one lane: a thread that takes none of so many is not heard any more. */
  readonly answersMax: number;

  /** Returns a number for a new server, or for a narrowed id of one; it is never used again. */
  nextServer(): number;
  openCall(lane: Lane, memory: Memory | undefined, mutable: boolean): Call;
  /** A call of this thread was passed on. */
  passed(pass: GivenPass): void;
  /** Makes the lane to a thread of which the broker told. */
  addLane(parts: LaneParts, wake: SharedArrayBuffer): void;
  /** Nothing waits for room in this lane any more. */
  unstall(lane: RemoteLane): void;
  /** Takes what has come, and sends what has room by now. */
  pump(): boolean;
}

/** All lanes of a thread. An interface, as `Lanes` knows lanes, which are known here. */
interface LaneTable {
  /** Those to other threads. */
  readonly all: readonly RemoteLane[];
  /** The lane to a thread, which may be this one. */
  get(peer: number): Lane | undefined;
  /** The lane to another thread. */
  remote(peer: number): RemoteLane | undefined;
  remove(lane: RemoteLane): void;
  drain(): boolean;
}

/** The control line, as the other parts use it. An interface, as `Control` knows the whole context. */
interface ControlLine {
  /** Asks the broker; the reply ends the completion. */
  ask<T>(request: Request, transfer?: readonly unknown[]): { readonly number: number; readonly reply: Completion<T> };
  /** Gives a request up: if it is a connect that succeeds all the same, the connection is given back. */
  cancel(request: number): void;
  /** Takes what is new, for something that arrives and speaks of it. */
  drainNew(): void;
  /** Takes what waited until something had arrived. */
  settle(): void;
  /** Does this before the broker's next news is taken. */
  postpone(work: () => void): void;
  /** One handle less. With the last the connection ends. */
  release(connection: Outgoing): void;
  /** The other thread of a lane has ended, or broke the rules: nothing more is read of it, and nobody waits for it. */
  laneEnded(lane: RemoteLane): void;
}

/** A request to the broker without its number. */
export type Request = {
  [T in ToBroker as T["type"]]: T extends { request: number } ? Omit<T, "request"> : never;
}[ToBroker["type"]];

/** Ways for answers between two other threads. An interface, as `Introductions` knows the whole context. */
interface Introduced {
  /** Why the two have no way, if they have none: `ServerQueueFull` is that it was asked for and is not there yet. */
  try(client: number, server: number): Failure | undefined;
  /** Ends once the two have a way; fails with `ServerNotFound` if one of them has ended, or cut the other off. */
  ask(client: number, server: number): Completion<void>;
  /** The lane to a thread has ended. */
  forget(thread: number): void;
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
  /** A connection of the peer ended: its place is free once all that came by it is taken. */
  closing(connection: number): void;
  close(): void;
}

/**
 * A lane to another thread: `Lanes` takes what came by it, in the order in which it was sent. An interface, as lanes to other
 * processes come to stand beside `RingLane`.
 */
export interface RemoteLane extends Lane {
  /** How many slots the last {@link look} saw, less those taken since. */
  readonly seen: number;
  /** The place of the next slot in the order of all messages to this thread. */
  readonly ticket: number;
  /** Answers that wait for room. */
  readonly answersInLine: number;

  /** How many slots can be taken now; remembers it as {@link seen}. */
  look(): number;
  /** Takes so many slots. */
  drain(count: number): void;
  takeOne(): void;
  /** Takes the answers that are next, of those seen: they have no order among messages. Whether a message is next. */
  skipAnswers(): boolean;
  /** The bytes of a slot, in a buffer of their own; `undefined` if they are not what the slot says. */
  takeBytes(slot: Slot, into?: ArrayBuffer): ArrayBuffer | undefined;
  /** Gives the room of what was taken back to the sender. */
  release(): void;
  /** Wakes a sender that waits for room, if some was made. */
  giveRoom(): void;
  /** Wakes the peer if words were published of which it was not told. */
  wakeQuiet(): void;
  /** Sends what waits for room, and says whether something still does. */
  flush(): boolean;
  /** Counters for more connections: `out`, of those this thread has to the peer. */
  addPage(out: boolean, shared: SharedArrayBuffer): void;
}

/** Memory and port of a lane, as the broker gave them. */
export interface LaneParts {
  readonly peer: number;
  readonly direction: 0 | 1;
  readonly shared: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What a lane to another thread needs of the thread that has it. An interface, as tests drive a lane alone. */
export interface LaneHost {
  /** A slot was taken from the ring. */
  arrived(lane: RemoteLane, slot: Slot): void;
  /** The other end broke the rules. */
  broken(lane: RemoteLane, reason: string): void;
  /** There is no room in this lane for the word that a call was passed on: it is to go by the kernel. */
  relay(lane: RemoteLane, pass: GivenPass): void;
  /** Something waits for room in this lane. */
  stalled(lane: RemoteLane): void;
  /** Some places in queues are free that the other end is not told of yet: this thread is to look again soon. */
  freed(): void;
  /** A connection ended, and everything that came by it was taken from the ring. */
  drained(lane: RemoteLane, connection: number): void;
}

/** The server's side of a connection. */
export class Incoming {
  readonly lane: Lane;
  readonly index: number;
  readonly server: ServerQueue;
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
    server: ServerQueue,
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

/** A send that waits for room. */
interface SendWaiter {
  /** Tries again; true once it is done, well or badly. */
  attempt(): boolean;
  fail(error: unknown): void;
}

/** The server at the end of a connection. An interface, as `ServerCore` knows messages, which know their connection. */
export interface ServerQueue {
  readonly queueMax: number;
  readonly ended: boolean;
  /** Messages refused because their opcode does not pass the id by which they came. */
  denied: number;
  /** Numbers of the narrowed ids that pass messages. */
  readonly narrowed: Set<number>;
  /** Calls received and not answered. */
  readonly owed: Set<OwedCall>;
  /** Where scalars can be put in a row; not while somebody waits for one. */
  readonly scalars: ScalarRow | undefined;
  /** Memory for a move of this length, if the server has some to use again. */
  takeSpare(length: number): ArrayBuffer | undefined;
  /** Memory of a move that its program has dropped. */
  release(memory: Memory): void;
  enqueue(message: QueuedMessage): void;
  enqueueScalar(incoming: Incoming, id: number, a: number, b: number, c: number, d: number): void;
  /** Tells the program that a client's connection to this server ended. */
  disconnected(sender: number): void;
  /** A client's thread has ended: what it sent and nobody received is discarded. */
  laneEnded(lane: Lane): void;
  /** Ends it: who waits for an answer fails, what was only sent is dropped. */
  end(force: boolean): void;
}

/** A row of places in a server's queue for scalars of one connection, five numbers each. */
export interface ScalarRow {
  /** Room for scalars in a row, so many at most: what {@link numbers} has from {@link end} on. */
  room(most: number): number;
  readonly numbers: Float64Array;
  readonly end: number;
  /** So many scalars were written there, which came by this connection. */
  pushed(incoming: Incoming, count: number): void;
}

/** A message in a server's queue: `messages.ts` has the kinds of them. */
interface QueuedMessage {
  onReceived(): void;
  onDiscarded(): void;
  endsWith(lane: Lane): boolean;
}

/** A call that its server's program has in hand. */
export interface OwedCall {
  fail(code: "ServerNotFound"): void;
  endsWith(lane: Lane): boolean;
}

/** What a message is before it is sent. */
export interface Draft {
  readonly kind: (typeof Kind)["scalar" | "blockingScalar" | "lend" | "mutableLend" | "move"];
  readonly id: number;
  readonly words: readonly number[];
  readonly memory: Memory | undefined;
  /** If it is a received message that is passed on, and no new one. */
  readonly passed?: Passed;
}

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

/** A message can be passed on so often. */
export const depthMax = 8;

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

/** What an answer says, in the place of an opcode: 1, 2 or 5 numbers, memory that comes back, or a failure. */
export const Status = { memory: 16, failure: 256 } as const;

/** That a call was passed on: how often by now, and to which thread. */
export interface GivenPass {
  readonly call: number;
  readonly key: number;
  readonly depth: number;
  readonly holder: number;
}
