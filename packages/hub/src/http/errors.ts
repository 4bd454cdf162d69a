/** What the HTTP door answers instead of what was asked for, and what it takes at most. */

import { type RefusalCode, RefusedError } from "../inbox/rules.ts";

/** What is answered instead of what was asked for. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: HttpCode | RefusalCode;
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: HttpCode | RefusalCode, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What only this door refuses. */
type HttpCode =
  | "BadRequest"
  | "Forbidden"
  | "WrongHost"
  | "WrongOrigin"
  | "TooSlow"
  | "HeadersTooLarge"
  | "UnsupportedMediaType"
  | "TooManyReaders"
  | "TooManyConnections"
  | "TooManyRequests"
  | "NotBuilt"
  | "Failed";

/** Whatever was thrown, as it is answered. What nobody foresaw is not told in its own words. */
export function httpErrorOf(cause: unknown): HttpError {
  if (cause instanceof HttpError) return cause;
  if (cause instanceof RefusedError)
    return new HttpError(statuses[cause.code], cause.code, cause.message, cause.retryAfterMs);
  const {
    code = "",
    statusCode,
    validation,
    message,
  } = Object(cause) as {
    code?: unknown;
    statusCode?: unknown;
    validation?: unknown;
    message?: unknown;
  };
  const one = typeof code === "string" && Object.hasOwn(known, code) ? known[code] : undefined;
  if (one !== undefined) return new HttpError(...one);
  if (validation !== undefined) return new HttpError(400, "InvalidArgument", String(message));
  if (typeof code === "string" && code.startsWith("HPE_"))
    return new HttpError(400, "BadRequest", "that is no request of HTTP/1.1");
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500)
    return new HttpError(statusCode, "BadRequest", "the request is not understood");
  return new HttpError(500, "Failed", "the hub failed at this; its log says why");
}

const statuses: Readonly<Record<RefusalCode, number>> = {
  UnknownBell: 404,
  BellPaused: 403,
  BellExpired: 403,
  BellUsedUp: 403,
  RateLimited: 429,
  TooLarge: 413,
  InvalidItem: 400,
  KeyReused: 409,
  InboxFull: 507,
  InvalidArgument: 400,
  AccessDenied: 401,
  NotFound: 404,
  LimitReached: 409,
  StoreFailed: 507,
  Unavailable: 503,
};

/** Errors of Node's parser and of fastify, in our words. */
const known: Readonly<Record<string, readonly [status: number, code: HttpCode | RefusalCode, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, "TooLarge", "the body is too large: docs/http.md says how much it may be"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, "BadRequest", "the body is not as long as its Content-Length says"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, "UnsupportedMediaType", "send the body as application/json"],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, "InvalidArgument", "the body is empty: send JSON, or no Content-Type"],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, "InvalidArgument", "the body is not JSON"],
  HPE_HEADER_OVERFLOW: [431, "HeadersTooLarge", "the headers are too large: 16384 bytes at most"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "TooSlow", "the request took too long to come"],
};

export function errorBody({ code, message, status }: HttpError): string {
  return `${JSON.stringify({ code, error: message, http: status })}\n`;
}

/** The headers that go with it. */
export function errorHeaders({ retryAfterMs, status }: HttpError): Record<string, string> {
  return {
    ...(retryAfterMs !== undefined && { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
    ...(status === 401 && { "www-authenticate": "Bearer" }),
  };
}

/** What the HTTP door takes at most. Each is an option; docs/http.md says what happens past it. */
export interface HttpLimits {
  /** Connections at once. @default 4096 */
  readonly connectionsMax: number;
  /** Connections at once from one address. @default 2048 */
  readonly connectionsPerAddressMax: number;
  /** Requests that wait for those before them on their connection. @default 32 */
  readonly waitingPerConnectionMax: number;
  /** Bytes of a request's line and headers. @default 16384 */
  readonly headerBytesMax: number;
  /** Bytes of a request's body. @default 16384 */
  readonly bodyBytesMax: number;
  /** How long a request's headers may take, from the connection or the request before. @default 10 s */
  readonly headersTimeoutMs: number;
  /** How long a whole request may take. @default 20 s */
  readonly requestTimeoutMs: number;
  /** How long a connection may stay without a request. @default 30 s */
  readonly keepAliveTimeoutMs: number;
  /** How long an answer may take to be read, save a stream of events. @default 60 s */
  readonly answerTimeoutMs: number;
  /** Streams of events at once. @default 2048 */
  readonly readersMax: number;
  /** Streams of events of one inbox at once. @default 1024 */
  readonly readersPerInboxMax: number;
  /** Bytes that wait for a reader of events; what comes then waits in the store. @default 65536 */
  readonly backlogBytesMax: number;
  /** How often a stream of events has a sign of life; a reader that took nothing from one to the next is cut off. @default 25 s */
  readonly heartbeatMs: number;
  /** Wrong keys and addresses of bells a minute from one address. @default 60 */
  readonly wrongPerMinute: number;
}

export const defaultHttpLimits: HttpLimits = {
  connectionsMax: 4_096,
  connectionsPerAddressMax: 2_048,
  waitingPerConnectionMax: 32,
  headerBytesMax: 16_384,
  bodyBytesMax: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 30_000,
  answerTimeoutMs: 60_000,
  readersMax: 2_048,
  readersPerInboxMax: 1_024,
  backlogBytesMax: 65_536,
  heartbeatMs: 25_000,
  wrongPerMinute: 60,
};
