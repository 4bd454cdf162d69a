import { LineError } from "../../errors.ts";

/** What a call fails with that `signal` gave up. */
export function aborted(signal: AbortSignal): LineError {
  return new LineError("Aborted", "the call was given up", { cause: signal.reason });
}

/** Waits for `promise` unless `signal` says to give up. What the promise stands for goes on: others may wait for it too. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(aborted(signal));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settled = (): void => signal.removeEventListener("abort", abort);
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}
