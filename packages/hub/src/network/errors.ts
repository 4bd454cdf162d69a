/**
 * Why the network cannot be watched, by a stable name.
 *
 * | code | when |
 * |---|---|
 * | `NoBackend` | none of the back ends can be had here (`cause`: why each) |
 * | `Unavailable` | this back end cannot be had here, or not any more |
 * | `BadReport` | what it told of the network makes no sense |
 * | `Aborted` | the signal that was given said so (`cause`) |
 */
export type NetworkErrorCode = "NoBackend" | "Unavailable" | "BadReport" | "Aborted";

/** The one error class of this room. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
