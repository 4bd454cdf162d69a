/**
 * Why a call of the hub came to nothing:
 *
 * | code | |
 * |---|---|
 * | `Offline` | the hub was not reached: it may be down, or the way to it is |
 * | `LoggedOut` | nobody is logged in any more, or the link that should do it is no good |
 * | `Refused` | the hub says why in the message |
 */
export type FailureCode = "Offline" | "LoggedOut" | "Refused";

/** A call of the hub that failed. Told apart by its code. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Failure";
    this.code = code;
  }
}

/** What to show of whatever was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether the hub could not be reached: it is worth trying again, and somebody else says so. */
export function isOffline(cause: unknown): boolean {
  return cause instanceof Failure && cause.code === "Offline";
}

/** Whether nobody is logged in. */
export function isLoggedOut(cause: unknown): boolean {
  return cause instanceof Failure && cause.code === "LoggedOut";
}
