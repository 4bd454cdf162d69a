import { type RefusalCode, RefusedError } from "../../inbox/index.ts";

/** What only this door refuses. */
export type HttpCode =
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
