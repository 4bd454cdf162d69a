import type { LineError } from "../../errors.ts";
import { aborted } from "./abort.ts";

type Reader<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: LineError) => void;
};

/** Values on their way to whoever reads them, in order. */
export class Queue<T> {
  protected readonly waiting: T[] = [];
  readonly #readers: Reader<T>[] = [];
  #ended: { readonly error: LineError | undefined } | undefined;

  /** Whether somebody waits for a value. */
  protected get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  put(value: T): void {
    if (this.#ended !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ done: false, value });
    else this.keep(value);
  }

  /** Nothing more will come: with an error, or because it was closed. What waits can still be read. */
  end(error?: LineError): void {
    this.#ended ??= { error };
    for (const reader of this.#readers.splice(0)) settle(reader, error);
  }

  /** The next value. @throws LineError `Aborted`, or what ended it */
  next(signal?: AbortSignal): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(aborted(signal));
      const value = this.waiting.shift();
      if (value !== undefined) return resolve({ done: false, value });
      if (this.#ended !== undefined) return settle({ resolve, reject }, this.#ended.error);
      const abort = (): void => {
        this.#readers.splice(this.#readers.indexOf(reader), 1);
        if (signal !== undefined) reject(aborted(signal));
      };
      const reader: Reader<T> = {
        resolve(result) {
          signal?.removeEventListener("abort", abort);
          resolve(result);
        },
        reject(error) {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      this.#readers.push(reader);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  protected keep(value: T): void {
    this.waiting.push(value);
  }
}

function settle<T>(reader: Reader<T>, error: LineError | undefined): void {
  if (error === undefined) reader.resolve({ done: true, value: undefined });
  else reader.reject(error);
}
