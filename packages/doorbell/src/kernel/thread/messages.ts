import { codeNumber, KernelError, type KernelErrorCode } from "../errors.ts";
import { Memory, type MemoryView } from "../memory.ts";
import { checkKnown, noOptions } from "../options.ts";
import { Kind } from "../ring/layout.ts";
import type {
  AnswerWords,
  BlockingScalarMessage,
  Connection,
  Failure,
  LendMessage,
  MemoryWords,
  MoveMessage,
  ScalarMessage,
  SyncOptions,
  WaitOptions,
} from "../types.ts";
import {
  type Caller,
  type Draft,
  type Forwards,
  type Incoming,
  type Lane,
  type Passable,
  type Passed,
  Status,
} from "./contracts.ts";

/** What is true of every message that was received. */
export abstract class ReceivedMessage {
  readonly id: number;
  readonly sender: number;
  readonly #incoming: Incoming;
  readonly #depth: number;
  /** Whose it is: its program's; nobody's, while it waits to be passed on; or another's by now. */
  #state: "own" | "waiting" | "gone" = "own";
  /** Its program dropped it while it waited. */
  #dropped = false;

  constructor(incoming: Incoming, id: number, depth: number) {
    this.id = id;
    this.sender = incoming.lane.peer;
    this.#incoming = incoming;
    this.#depth = depth;
  }

  /** @internal */
  static incoming(message: ReceivedMessage): Incoming {
    return message.#incoming;
  }

  /** @internal Whether it had been passed on before it came here. */
  static wasPassed(message: ReceivedMessage): boolean {
    return message.#depth > 0;
  }

  forward(connection: Connection, id: number, options: WaitOptions = noOptions): Promise<void> {
    try {
      return forwardsOf(connection).forward(this.#passable, id, options);
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is what the failure was
      return Promise.reject(error);
    }
  }

  forwardSync(connection: Connection, id: number, options: SyncOptions = noOptions): void {
    forwardsOf(connection).sync(this.#passable, id, options);
  }

  tryForward(connection: Connection, id: number): Failure | undefined {
    return forwardsOf(connection).try(this.#passable, id);
  }

  get #passable(): Passable {
    return {
      passed: { depth: this.#depth, caller: this.caller },
      draft: (id, passed) => {
        this.assertOwn("waiting");
        return this.draft(id, passed);
      },
      waits: () => {
        this.assertOwn();
        this.#state = "waiting";
      },
      stays: () => {
        if (this.#state === "waiting") this.#state = "own";
        const dropped = this.#dropped;
        this.#dropped = false;
        if (dropped) this[Symbol.dispose]();
      },
      gone: () => {
        this.#state = "gone";
        this.onPassedOn();
      },
    };
  }

  /** Fails with `DoubleFree` unless its program may still do something with it. */
  protected assertOwn(allowed?: "waiting"): void {
    if (this.#state === "own" || this.#state === allowed) return;
    const what = this.#state === "gone" ? "was passed on before" : "is about to be passed on";
    throw new KernelError("DoubleFree", `This message ${what}: it is not this server's to use any more.`, {
      detail: "forwarded",
    });
  }

  [Symbol.dispose](): void {
    if (this.#state === "own") this.onDropped();
    else this.#dropped = true;
  }

  /** Who waits for its answer, if anybody does. */
  protected abstract readonly caller: Passed["caller"];
  /** What is sent when it is passed on. */
  protected abstract draft(id: number, passed: Passed): Draft;
  /** It is another's now. */
  protected abstract onPassedOn(): void;
  /** Its program has dropped it. */
  protected abstract onDropped(): void;

  /** @internal Its caller, if anybody waits, fails with this code. */
  refuse(code: KernelErrorCode): void {
    this.assertOwn();
    this.onRefused(code);
  }

  protected abstract onRefused(code: KernelErrorCode): void;

  /**
   * @internal Whether it ends with the thread at the other end of this lane: the one that called; or that sent it, if it
   * was not passed on, for then it is its forwarder's no more.
   */
  endsWith(lane: Lane): boolean {
    if (this.caller !== undefined) return this.caller.lane === lane;
    return this.#depth === 0 && this.#incoming.lane === lane;
  }

  /** @internal It is about to be handed to the server's program. */
  abstract onReceived(): void;
  /** @internal It never will be: its sender died, or its server ended. */
  abstract onDiscarded(): void;
}

export class Scalar extends ReceivedMessage implements ScalarMessage {
  readonly kind = "scalar";
  readonly words: FourWords;
  protected readonly caller = undefined;

  constructor(incoming: Incoming, id: number, depth: number, words: FourWords) {
    super(incoming, id, depth);
    this.words = words;
  }

  onReceived(): void {
    ReceivedMessage.incoming(this).consume();
  }

  onDiscarded(): void {
    ReceivedMessage.incoming(this).consume();
  }

  protected draft(id: number, passed: Passed): Draft {
    return { kind: Kind.scalar, id, words: this.words, memory: undefined, passed };
  }

  protected onPassedOn(): void {
    // Nothing is owed.
  }

  protected onDropped(): void {
    // Nothing is owed.
  }

  protected onRefused(): void {
    // Nobody hears.
  }
}

/** A message that somebody waits for: its answer is given once, here or where it is passed on to, and by nobody else. */
abstract class CallMessage extends ReceivedMessage {
  protected readonly caller: Caller;
  #owed = true;
  #deferred = false;

  constructor(incoming: Incoming, id: number, depth: number, caller: Caller) {
    super(incoming, id, depth);
    this.caller = caller;
  }

  get owed(): boolean {
    return this.#owed;
  }

  defer(): this {
    this.#deferred = true;
    return this;
  }

  protected onDropped(): void {
    if (this.#deferred) this.#deferred = false;
    else if (this.#owed) this.drop();
  }

  onReceived(): void {
    ReceivedMessage.incoming(this).server.owed.add(this);
  }

  onDiscarded(): void {
    this.fail("ServerNotFound");
  }

  /** @internal Ends it with a failure for its caller, if it has not ended. */
  fail(code: KernelErrorCode): void {
    if (this.#owed) this.settle(Status.failure + codeNumber(code), []);
  }

  protected onRefused(code: KernelErrorCode): void {
    this.fail(code);
  }

  /** Fails with `DoubleFree` if it was answered or passed on before. */
  protected assertOwed(): void {
    if (!this.#owed) throw new KernelError("DoubleFree", "This message was answered before.");
  }

  protected settle(status: number, words: readonly number[], bytes?: ArrayBuffer): void {
    this.assertOwed();
    const { lane, call, key } = this.caller;
    // The place is free before the answer goes out: who is answered finds room.
    this.onPassedOn();
    lane.answer({ call, key, status, words, bytes, passed: ReceivedMessage.wasPassed(this) });
  }

  protected onPassedOn(): void {
    this.#owed = false;
    const incoming = ReceivedMessage.incoming(this);
    incoming.server.owed.delete(this);
    incoming.consume();
  }

  /** What becomes of it when its receiver drops it. */
  protected abstract drop(): void;
}

export class BlockingScalar extends CallMessage implements BlockingScalarMessage {
  readonly kind = "blockingScalar";
  readonly words: FourWords;

  constructor(incoming: Incoming, id: number, depth: number, caller: Caller, words: FourWords) {
    super(incoming, id, depth, caller);
    this.words = words;
  }

  answer(...words: AnswerWords): void {
    const count = words.length as number;
    if ((count !== 1 && count !== 2 && count !== 5) || words.some((word) => typeof word !== "number")) {
      throw new KernelError("InvalidArgument", "A blocking scalar is answered with 1, 2 or 5 numbers.");
    }
    this.assertOwn();
    this.settle(count, words);
  }

  protected draft(id: number, passed: Passed): Draft {
    this.assertOwed();
    return { kind: Kind.blockingScalar, id, words: this.words, memory: undefined, passed };
  }

  protected override drop(): void {
    this.fail("Unanswered");
  }
}

export class Lend extends CallMessage implements LendMessage {
  readonly kind: "lend" | "mutableLend";
  offset: number | undefined;
  valid: number | undefined;
  readonly #memory: Memory;

  constructor(
    incoming: Incoming,
    id: number,
    depth: number,
    caller: Caller,
    mutable: boolean,
    memory: Memory,
    offset: number | undefined,
    valid: number | undefined,
  ) {
    super(incoming, id, depth, caller);
    this.kind = mutable ? "mutableLend" : "lend";
    this.offset = offset;
    this.valid = valid;
    this.#memory = memory;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  view(): MemoryView {
    return this.#memory.view();
  }

  answer(words: MemoryWords = noOptions): void {
    checkKnown("An answer to a lend", words, ["offset", "valid"]);
    const { offset = this.offset, valid = this.valid } = words;
    checkMemoryWords(offset, valid);
    this.assertOwn();
    this.#giveBack(offset, valid);
  }

  #giveBack(offset: number | undefined, valid: number | undefined): void {
    this.assertOwed();
    const back = this.kind === "mutableLend" ? Memory.lend(this.#memory) : undefined;
    this.settle(Status.memory, [offset ?? Number.NaN, valid ?? Number.NaN], back);
    if (back !== undefined) Memory.comeBack(this.#memory);
    this.#memory[Symbol.dispose]();
  }

  protected draft(id: number, passed: Passed): Draft {
    this.assertOwed();
    checkMemoryWords(this.offset, this.valid);
    Memory.assertUnseen(this.#memory);
    const kind = this.kind === "mutableLend" ? Kind.mutableLend : Kind.lend;
    return { kind, id, words: [this.offset ?? Number.NaN, this.valid ?? Number.NaN], memory: this.#memory, passed };
  }

  protected override drop(): void {
    this.#giveBack(this.offset, this.valid);
  }

  override fail(code: KernelErrorCode): void {
    super.fail(code);
    this.#memory[Symbol.dispose]();
  }
}

export class Move extends ReceivedMessage implements MoveMessage {
  readonly kind = "move";
  readonly offset: number | undefined;
  readonly valid: number | undefined;
  protected readonly caller = undefined;
  #memory: Memory | undefined;

  constructor(
    incoming: Incoming,
    id: number,
    depth: number,
    memory: Memory,
    offset: number | undefined,
    valid: number | undefined,
  ) {
    super(incoming, id, depth);
    this.#memory = memory;
    this.offset = offset;
    this.valid = valid;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#held().bytes;
  }

  view(): MemoryView {
    return this.#held().view();
  }

  take(): Memory {
    this.assertOwn();
    const memory = this.#held();
    this.#memory = undefined;
    return memory;
  }

  #held(): Memory {
    if (this.#memory === undefined)
      throw new KernelError("ShareViolation", "This memory was taken out of its message.", { detail: "taken" });
    return this.#memory;
  }

  onReceived(): void {
    ReceivedMessage.incoming(this).consume();
  }

  onDiscarded(): void {
    ReceivedMessage.incoming(this).consume();
    this.onDropped();
  }

  protected draft(id: number, passed: Passed): Draft {
    const memory = this.#held();
    Memory.assertUnseen(memory);
    return { kind: Kind.move, id, words: [this.offset ?? Number.NaN, this.valid ?? Number.NaN], memory, passed };
  }

  protected onPassedOn(): void {
    // The memory went with it.
  }

  protected onRefused(): void {
    this.onDropped();
  }

  protected onDropped(): void {
    if (this.#memory !== undefined) ReceivedMessage.incoming(this).server.release(this.#memory);
    this.#memory = undefined;
  }
}

export type Received = Scalar | BlockingScalar | Lend | Move;

function forwardsOf(connection: Connection): Forwards {
  const { forwards } = (connection ?? {}) as { readonly forwards?: Forwards };
  if (forwards === undefined) throw new KernelError("InvalidArgument", "A message is passed on over a Connection.");
  return forwards;
}

type FourWords = readonly [number, number, number, number];

/** Offset and valid are numbers or not there. */
export function checkMemoryWords(offset: number | undefined, valid: number | undefined): void {
  checkMemoryWord("offset", offset);
  checkMemoryWord("valid", valid);
}

function checkMemoryWord(name: string, word: number | undefined): void {
  if (word !== undefined && (typeof word !== "number" || Number.isNaN(word)))
    throw new KernelError("InvalidArgument", `The ${name} of memory is a number, or left out.`);
}
