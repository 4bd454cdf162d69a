/** What a program has in its hands: connections, servers and the messages that they receive, and what their calls take. */

import type { KernelErrorCode } from "./errors.ts";
import type { Memory, MemoryView } from "./memory.ts";

/** A connection to a server: the right to send to it. */
export interface Connection extends Disposable {
  /** A small number, local to this thread and never used again for another server. */
  readonly cid: number;
  /** Whether its server is still there, as far as this thread has heard. */
  readonly alive: boolean;
  /** Resolves when the server has ended. Keeps no program alive. */
  readonly ended: Promise<void>;

  scalar(id: number, words?: Words, options?: WaitOptions): Promise<void>;
  scalarSync(id: number, words?: Words, options?: SyncOptions): void;
  tryScalar(id: number, words?: Words): Failure | undefined;
  /** Many scalars of one opcode, four numbers each; as many as there is room for. Returns how many were taken. */
  tryScalars(id: number, words: Float64Array): number | Failure;

  blockingScalar(id: number, words?: Words, options?: WaitOptions): Promise<AnswerWords>;
  blockingScalarSync(id: number, words?: Words, options?: SyncOptions): AnswerWords;
  tryBlockingScalar(id: number, words?: Words, options?: WaitOptions): Promise<AnswerWords> | Failure;

  lend(id: number, memory: Memory, options?: WaitOptions & MemoryWords): Promise<MemoryWords>;
  lendSync(id: number, memory: Memory, options?: SyncOptions & MemoryWords): MemoryWords;
  tryLend(id: number, memory: Memory, options?: WaitOptions & MemoryWords): Promise<MemoryWords> | Failure;

  mutableLend(id: number, memory: Memory, options?: WaitOptions & MemoryWords): Promise<MemoryWords>;
  mutableLendSync(id: number, memory: Memory, options?: SyncOptions & MemoryWords): MemoryWords;
  tryMutableLend(id: number, memory: Memory, options?: WaitOptions & MemoryWords): Promise<MemoryWords> | Failure;

  move(id: number, memory: Memory, options?: WaitOptions & MemoryWords): Promise<void>;
  moveSync(id: number, memory: Memory, options?: SyncOptions & MemoryWords): void;
  tryMove(id: number, memory: Memory, options?: MemoryWords): Failure | undefined;

  /**
   * Moves a copy of these bytes, which stay here and may be used again at once. Small ones are copied straight to where
   * the receiver takes them from: nothing is made for it.
   */
  moveCopy(id: number, bytes: Uint8Array, options?: WaitOptions & MemoryWords): Promise<void>;
  moveCopySync(id: number, bytes: Uint8Array, options?: SyncOptions & MemoryWords): void;
  tryMoveCopy(id: number, bytes: Uint8Array, options?: MemoryWords): Failure | undefined;

  /** Lets go of the connection; the server ends nothing that was sent. */
  disconnect(): void;
}

/** A server: what is sent to it is received here, and only on the thread that made it. */
export interface Server extends AsyncIterable<Message>, Disposable {
  /** Waits for a message. Fails with `ServerNotFound` once the server is destroyed. */
  receive(options?: WaitOptions): Promise<Message>;
  /** Parks the thread until a message comes. */
  receiveSync(options?: SyncOptions): Message;
  /** A message, or nothing if there is none. */
  tryReceive(): Message | undefined;
  /**
   * Receives many scalars at once: those next in the queue that came as this one did, over the same connection with the
   * same opcode. Their numbers go into `words`, four each, as many as it holds. Returns how many there were, which may
   * be none: then something else is next, or nothing. Fails with `ServerNotFound` once the server is destroyed.
   */
  tryReceiveScalars(like: ScalarMessage, words: Float64Array): number;
  /** Ends it; refuses with `ServerQueueFull` while answers are owed, unless by force, which fails those who wait. */
  destroy(options?: { readonly force?: boolean }): void;
  /** Messages refused because their opcode does not pass the id by which they came. */
  readonly denied: number;
}

/** A message as its server receives it; `kind` tells which of the five it is. */
export type Message = ScalarMessage | BlockingScalarMessage | LendMessage | MoveMessage;

export interface ScalarMessage extends Envelope {
  readonly kind: "scalar";
  readonly words: readonly [number, number, number, number];
}

export interface BlockingScalarMessage extends Envelope {
  readonly kind: "blockingScalar";
  readonly words: readonly [number, number, number, number];
  /** Whether the answer is still owed. */
  readonly owed: boolean;
  /** Answers with 1, 2 or 5 numbers; once: the second fails with `DoubleFree`. */
  answer(...words: AnswerWords): void;
  /** Keeps the message past the end of its `using`, to be answered later. Returns it. */
  defer(): this;
}

export interface LendMessage extends Envelope {
  readonly kind: "lend" | "mutableLend";
  /** A private copy of what was lent. Of a mutable lend, what it holds when it is answered goes back. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes for as long as the view is open; meanwhile the message is not passed on. */
  view(): MemoryView;
  /** Go back with the memory, as they are then. */
  offset: number | undefined;
  valid: number | undefined;
  readonly owed: boolean;
  /** Gives the memory back, once; so does dropping the message. */
  answer(words?: MemoryWords): void;
  defer(): this;
}

export interface MoveMessage extends Envelope {
  readonly kind: "move";
  readonly offset: number | undefined;
  readonly valid: number | undefined;
  /** What was moved here; its bytes belong to the receiver, until it disposes of the message or takes it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes for as long as the view is open; meanwhile the message is not passed on. */
  view(): MemoryView;
  /** Takes the memory out of the message, to be kept or sent on. */
  take(): Memory;
}

interface Envelope extends Disposable {
  /** The opcode, which every receiver numbers for itself. */
  readonly id: number;
  /** The thread that sent it, or passed it on, known from the ring that it came by. */
  readonly sender: number;
  /**
   * Passes the message on to another server, under an opcode of that one's. Whoever waits for its answer has it from
   * there: this thread is not asked again, and may end. Waits for room. What fails leaves the message here, to be
   * answered: with `MemoryInUse` while a view of it is open, with `Deadlock` if it would go to the very thread that made
   * the call (`detail`: cycle) or was passed on eight times before (`detail`: depth), with `AccessDenied` if it would go to
   * a server of the kernel's own (`detail`: kernel).
   */
  forward(connection: Connection, id: number, options?: WaitOptions): Promise<void>;
  /** The same; parks the thread until there is room. */
  forwardSync(connection: Connection, id: number, options?: SyncOptions): void;
  /**
   * The same, if there is room. Before the first call of one thread is passed on to another, the kernel lays a way for the
   * answers between the two: until that is done, there is none.
   */
  tryForward(connection: Connection, id: number): Failure | undefined;
}

/** How long to wait, and what may end the wait early. */
export interface WaitOptions {
  /** Milliseconds until the wait fails with `Timeout`. @default none */
  readonly timeoutMs?: number;
  /** Ends the wait early: it fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long a blocking call waits. */
export interface SyncOptions {
  /** Milliseconds until the wait fails with `Timeout`. @default 30000 */
  readonly timeoutMs?: number;
}

/** Up to four numbers, passed exactly; what is missing is 0. */
export type Words = readonly number[];

/** What a blocking scalar is answered with: 1, 2 or 5 numbers. */
export type AnswerWords =
  | readonly [number]
  | readonly [number, number]
  | readonly [number, number, number, number, number];

/** What goes along with memory, both ways: two numbers that sender and receiver give a meaning to. */
export interface MemoryWords {
  readonly offset?: number | undefined;
  /** By custom, how many bytes are valid. */
  readonly valid?: number | undefined;
}

/** What a `try…` form returns when it did not do it, having taken nothing. */
export type Failure = Extract<KernelErrorCode, "ServerQueueFull" | "ServerNotFound" | "AccessDenied">;
