import type { AnswerWords, MemoryWords } from "../api.ts";
import { codeNumber, KernelError, type KernelErrorCode } from "../errors.ts";
import { Memory } from "../memory/index.ts";
import type { Incoming } from "./incoming.ts";
import { Status } from "./lane.ts";
import { ReceivedMessage } from "./message-base.ts";
import type { BlockingScalarMessage, LendMessage, MoveMessage, ScalarMessage } from "./types.ts";

type FourWords = readonly [number, number, number, number];

export class Scalar extends ReceivedMessage implements ScalarMessage {
  readonly kind = "scalar";
  readonly words: FourWords;

  constructor(incoming: Incoming, id: number, words: FourWords) {
    super(incoming, id);
    this.words = words;
  }

  onReceived(): void {
    ReceivedMessage.incoming(this).consume();
  }

  onDiscarded(): void {
    ReceivedMessage.incoming(this).consume();
  }

  [Symbol.dispose](): void {
    // Nothing is owed.
  }
}

/** A message that somebody waits for: its answer is given once, here, and by nobody else. */
abstract class CallMessage extends ReceivedMessage {
  readonly #call: number;
  readonly #generation: number;
  #owed = true;
  #deferred = false;

  constructor(incoming: Incoming, id: number, call: number, generation: number) {
    super(incoming, id);
    this.#call = call;
    this.#generation = generation;
  }

  get owed(): boolean {
    return this.#owed;
  }

  defer(): this {
    this.#deferred = true;
    return this;
  }

  [Symbol.dispose](): void {
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

  protected settle(status: number, words: readonly number[], bytes?: ArrayBuffer): void {
    if (!this.#owed) throw new KernelError("DoubleFree", "This message was answered before.");
    this.#owed = false;
    const incoming = ReceivedMessage.incoming(this);
    incoming.server.owed.delete(this);
    // The place is free before the answer goes out: who is answered finds room.
    incoming.consume();
    incoming.lane.answer(this.#call, this.#generation, status, words, bytes);
  }

  /** What becomes of it when its receiver drops it. */
  protected abstract drop(): void;
}

export class BlockingScalar extends CallMessage implements BlockingScalarMessage {
  readonly kind = "blockingScalar";
  readonly words: FourWords;

  constructor(incoming: Incoming, id: number, call: number, generation: number, words: FourWords) {
    super(incoming, id, call, generation);
    this.words = words;
  }

  answer(...words: AnswerWords): void {
    const count = words.length as number;
    if ((count !== 1 && count !== 2 && count !== 5) || words.some((word) => typeof word !== "number")) {
      throw new KernelError("InvalidArgument", "A blocking scalar is answered with 1, 2 or 5 numbers.");
    }
    this.settle(count, words);
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
    call: number,
    generation: number,
    mutable: boolean,
    memory: Memory,
    offset: number | undefined,
    valid: number | undefined,
  ) {
    super(incoming, id, call, generation);
    this.kind = mutable ? "mutableLend" : "lend";
    this.offset = offset;
    this.valid = valid;
    this.#memory = memory;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  answer(words: MemoryWords = {}): void {
    const { offset = this.offset, valid = this.valid } = words;
    checkMemoryWords(offset, valid);
    if (!this.owed) throw new KernelError("DoubleFree", "This memory was given back before.");
    const back = this.kind === "mutableLend" ? Memory.lend(this.#memory) : undefined;
    this.settle(Status.memory, [offset ?? Number.NaN, valid ?? Number.NaN], back);
    if (back !== undefined) Memory.comeBack(this.#memory);
    this.#memory[Symbol.dispose]();
  }

  protected override drop(): void {
    this.answer();
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
  #memory: Memory | undefined;

  constructor(incoming: Incoming, id: number, memory: Memory, offset: number | undefined, valid: number | undefined) {
    super(incoming, id);
    this.#memory = memory;
    this.offset = offset;
    this.valid = valid;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#held().bytes;
  }

  take(): Memory {
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
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#memory?.[Symbol.dispose]();
    this.#memory = undefined;
  }
}

/** Offset and valid are numbers or not there. */
export function checkMemoryWords(offset: number | undefined, valid: number | undefined): void {
  for (const [name, word] of Object.entries({ offset, valid })) {
    if (word !== undefined && (typeof word !== "number" || Number.isNaN(word))) {
      throw new KernelError("InvalidArgument", `The ${name} of memory is a number, or left out.`);
    }
  }
}

export type Received = Scalar | BlockingScalar | Lend | Move;
