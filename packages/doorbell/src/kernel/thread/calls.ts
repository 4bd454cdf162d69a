import type { AnswerWords, MemoryWords } from "../api.ts";
import { KernelError } from "../errors.ts";
import { Memory } from "../memory/index.ts";
import { Completion } from "./completion.ts";
import type { Lane } from "./lane.ts";

/** What a call comes back with. */
export type Answer = AnswerWords | MemoryWords;

/** A call on its way: it ends once, by its answer, by the end of its server's thread, or by its caller's deadline. */
export class Call extends Completion<Answer> {
  readonly index: number;
  readonly generation: number;
  /** The lane it went out on, by which alone its answer can come. */
  readonly lane: Lane;
  /** What was lent, for a lend. */
  readonly memory: Memory | undefined;
  readonly mutable: boolean;

  constructor(index: number, generation: number, lane: Lane, memory: Memory | undefined, mutable: boolean) {
    super();
    this.index = index;
    this.generation = generation;
    this.lane = lane;
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
 * The calls that this thread waits for. Private: no other thread can end one but by an answer on its lane that names the
 * call's index and generation. A call that its caller gave up keeps its index until its answer has come and was
 * discarded, or its lane has ended; so no late answer can meet another call.
 */
export class CallTable {
  readonly #calls: (Call | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];

  /** How many calls are on their way, those given up among them. */
  get size(): number {
    return this.#calls.length - this.#free.length;
  }

  open(lane: Lane, memory: Memory | undefined, mutable: boolean): Call {
    const index = this.#free.pop() ?? this.#calls.length;
    const call = new Call(index, this.#generations[index] ?? 0, lane, memory, mutable);
    this.#calls[index] = call;
    return call;
  }

  /** The call that an answer on this lane names; nothing if it names none, or one that was ended before. */
  close(index: number, generation: number, lane: Lane): Call | undefined {
    const call = this.#calls[index];
    if (call === undefined || call.generation !== generation || call.lane !== lane) return undefined;
    this.#calls[index] = undefined;
    this.#generations[index] = (generation + 1) >>> 0;
    this.#free.push(index);
    return call;
  }

  /** Fails all calls of a lane whose other thread has ended. */
  laneEnded(lane: Lane): void {
    for (const call of this.#calls) {
      if (call?.lane !== lane) continue;
      this.close(call.index, call.generation, lane);
      call.fail(new KernelError("ServerNotFound", "The server's thread ended before it answered."));
    }
  }
}
