import { LineError } from "../../errors.ts";

/**
 * Whether a call failed because its connection is lost. Then there is nothing to mend: the connection has left
 * notification mode with it, and the next one enters it.
 */
export function isLoss(error: unknown): boolean {
  return ["Disconnected", "OutOfStep", "TimedOut"].includes((error as LineError).code);
}

/** What calls on a connection that is dropped because of `cause` fail with. */
export function loss(cause: LineError): LineError {
  return isLoss(cause)
    ? cause
    : new LineError("Disconnected", `the connection was dropped: ${cause.message}`, { cause });
}
