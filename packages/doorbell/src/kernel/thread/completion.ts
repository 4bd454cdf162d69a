import { KernelError } from "../errors.ts";
import { Memory } from "../memory.ts";
import type { AnswerWords, MemoryWords } from "../types.ts";

/** Something that ends once, well or badly; waited for by a promise, or by looking at it while the thread is parked. */
export class Completion<T> {
  #state: "pending" | "done" | "failed" = "pending";
  #value: T | undefined;
  #error: unknown;
  #settle: { resolve(value: T): void; reject(error: unknown): void } | undefined;
  #promise: Promise<T> | undefined;
  /** Called once it has ended. */
  onEnd: (() => void) | undefined;

  get pending(): boolean {
    return this.#state === "pending";
  }

  resolve(value: T): void {
    if (this.#state !== "pending") return;
    this.#state = "done";
    this.#value = value;
    this.#settle?.resolve(value);
    this.onEnd?.();
  }

  reject(error: unknown): void {
    if (this.#state !== "pending") return;
    this.#state = "failed";
    this.#error = error;
    this.#settle?.reject(error);
    this.onEnd?.();
  }

  /** The value, or its failure. */
  result(): T {
    if (this.#state === "pending") throw new KernelError("Timeout", "The kernel did not answer in time.");
    if (this.#state === "failed") throw this.#error;
    return this.#value as T;
  }

  promise(): Promise<T> {
    if (this.#state === "done") return Promise.resolve(this.#value as T);
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is what the failure was
    if (this.#state === "failed") return Promise.reject(this.#error);
    // One for all who ask: a second would take the end away from the first.
    return (this.#promise ??= new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    }));
  }
}

/** What a call comes back with. */
export type Answer = AnswerWords | MemoryWords;

/** A call on its way: it ends once, by its answer, by the end of its server's thread, or by its caller's deadline. */
export class Call extends Completion<Answer> {
  readonly index: number;
  /** A random number of 53 bits. Who knows it may answer: it goes with the message, and on with it when it is passed on. */
  readonly key: number;
  /** The thread that the answer is to come from, as far as is known; if that ends, the call does. */
  holder: number;
  /** How often the message was passed on, as far as is known. */
  depth = 0;
  /** What was lent, for a lend. */
  readonly memory: Memory | undefined;
  readonly mutable: boolean;

  constructor(index: number, key: number, holder: number, memory: Memory | undefined, mutable: boolean) {
    super();
    this.index = index;
    this.key = key;
    this.holder = holder;
    this.memory = memory;
    this.mutable = mutable;
  }

  /** What was lent is its lender's again: a lend that failed comes back as it was lent. */
  fail(error: unknown): void {
    if (!this.pending) return;
    if (this.memory !== undefined) Memory.comeBack(this.memory);
    this.reject(error);
  }
}

/**
 * The calls that this thread waits for. Private: another thread can end one only by an answer that names the call's index
 * and its key, which is told to nobody but the server. A call that its caller gave up keeps its index until its answer
 * has come and was discarded, or its server's thread has ended; so no late answer can meet another call.
 */
export class CallTable {
  readonly #calls: (Call | undefined)[] = [];
  readonly #free: number[] = [];

  /** How many calls are on their way, those given up among them. */
  get size(): number {
    return this.#calls.length - this.#free.length;
  }

  open(key: number, holder: number, memory: Memory | undefined, mutable: boolean): Call {
    const index = this.#free.pop() ?? this.#calls.length;
    const call = new Call(index, key, holder, memory, mutable);
    this.#calls[index] = call;
    return call;
  }

  /** The call that has this index and this key. */
  find(index: number, key: number): Call | undefined {
    const call = this.#calls[index];
    return call?.key === key ? call : undefined;
  }

  /** Its answer is here, or it was never sent: the index is free. */
  close({ index }: Call): void {
    this.#calls[index] = undefined;
    this.#free.push(index);
  }

  /** A thread has ended: so do all calls that it was to answer. */
  threadEnded(thread: number): void {
    for (const call of this.#calls) if (call?.holder === thread) this.lost(call);
  }

  /** Nobody is left to answer it. */
  lost(call: Call): void {
    this.close(call);
    call.fail(new KernelError("ServerNotFound", "The server's thread ended before it answered."));
  }
}
