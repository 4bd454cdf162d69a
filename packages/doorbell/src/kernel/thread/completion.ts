import type { ToBroker, ToThread } from "../broker/protocol.ts";
import { KernelError } from "../errors.ts";
import type { Wake } from "../ring/wake.ts";

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

/** What a thread's side of the kernel needs of the world. */
export interface ThreadPowers {
  /** Posts to the broker. */
  post(message: ToBroker, transfer?: readonly unknown[]): void;
  /** What the broker has posted next, if anything. */
  take(): ToThread | undefined;
  /** Parks this thread on its flag, for so many milliseconds at most. */
  park(wake: Wake, ms: number): void;
  /** Calls back once the flag is cleared; true if it is clear already, and no call will come. */
  wait(wake: Wake, run: () => void): boolean;
  /** Whether something is awaited that shall keep the program alive. */
  keepAlive(on: boolean): void;
  /** Runs it in a later turn of the event loop, unless cancelled. */
  later(run: () => void): { cancel(): void };
  /** Runs it after so many milliseconds, unless cancelled. */
  after(ms: number, run: () => void): { cancel(): void };
  /** Whether this thread is being ended from outside: for a moment it goes on, and reads nothing of what was posted. */
  isEnding(): boolean;
  /** A whole number of 53 bits that nobody can guess. */
  randomKey(): number;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** For how many milliseconds a blocking call may look again and again before it parks; 0 where there is one core. */
  readonly spinMs: number;
}
