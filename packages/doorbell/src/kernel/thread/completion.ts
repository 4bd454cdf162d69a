import { KernelError } from "../errors.ts";

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
