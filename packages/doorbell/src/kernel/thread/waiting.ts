import type { WaitOptions } from "../api.ts";
import { KernelError } from "../errors.ts";
import { checkKnown } from "../options.ts";
import type { Completion } from "./completion.ts";
import type { Station } from "./station.ts";

type Wait = { readonly [K in keyof WaitOptions]: WaitOptions[K] | undefined };

/**
 * Refuses a wait before anything is done for it: with `InvalidArgument` if its deadline is no number of milliseconds, and
 * with the reason of a signal that was given before.
 */
export function checkWait(options: Wait): void {
  checkKnown("A call that waits", options, waitNames);
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined) checkTimeout(timeoutMs);
  signal?.throwIfAborted();
}

/** Those of a call with memory are among them: they come in one object. */
const waitNames = ["timeoutMs", "signal", "offset", "valid"];

export function checkTimeout(timeoutMs: number): void {
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0))
    throw new KernelError("InvalidArgument", "timeoutMs is a number of milliseconds, 0 or more; Infinity is no limit.");
}

/**
 * Awaits a completion, and keeps the program alive meanwhile. At the deadline, or when the signal says so, it is ended by
 * `giveUp` with the error.
 */
export function waitFor<T>(
  station: Station,
  what: Completion<T>,
  options: Wait,
  late: string,
  giveUp: (error: unknown) => void,
): Promise<T> {
  if (!what.pending) return what.promise();
  const { timeoutMs, signal } = options;
  const timer =
    timeoutMs === undefined
      ? undefined
      : station.powers.after(timeoutMs, () => giveUp(new KernelError("Timeout", late)));
  const abort = signal === undefined ? undefined : (): void => giveUp(signal.reason);
  if (abort !== undefined) signal?.addEventListener("abort", abort, { once: true });
  what.onEnd = (): void => {
    timer?.cancel();
    if (abort !== undefined) signal?.removeEventListener("abort", abort);
    station.sleeper.end();
  };
  const promise = what.promise();
  station.sleeper.begin();
  return promise;
}
