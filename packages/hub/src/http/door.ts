import type { Source } from "@doorbell-js/doorbell/line";
import type { FastifyReply, FastifyRequest } from "fastify";

import { RefusedError } from "../inbox/rules.ts";
import type { Inboxes } from "../inbox/types.ts";
import type { Clock } from "../time.ts";
import type { Origins, WrongKeys } from "./access.ts";
import type { Connections } from "./connections.ts";
import { HttpError, type HttpLimits } from "./errors.ts";
import type { Feeds } from "./feed.ts";
import type { Codes } from "./login.ts";
import type { Metrics } from "./metrics.ts";
import type { EventStreams } from "./sse.ts";

/** What the routes share. */
export interface Door {
  readonly inboxes: Inboxes;
  /** The hub's other sources, by name, in the order in which they are listed. */
  readonly sources: Readonly<Record<string, Source>>;
  /** Puts an ad on the board; without one none is taken. */
  readonly post: ((text: string) => Promise<void>) | undefined;
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly connections: Connections;
  readonly streams: EventStreams;
  readonly feeds: Feeds;
  readonly codes: Codes;
  readonly wrongKeys: WrongKeys;
  readonly origins: () => Origins;
  readonly failed: (cause: unknown) => void;
}

/**
 * Does what a key or an address is needed for, and counts wrong ones: who tries too many is told to wait.
 *
 * @throws whatever `use` does, or HttpError 429 and the end of the connection
 */
export async function counted<T>(
  { wrongKeys, metrics }: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    if (!isWrong(cause)) throw cause;
    metrics.count("wrongKeys");
    const retryAfterMs = wrongKeys.note(request.ip);
    if (retryAfterMs === undefined) throw cause;
    void reply.header("connection", "close");
    throw new HttpError(
      429,
      "RateLimited",
      "too many wrong keys or addresses came from there: wait, and look at the key",
      retryAfterMs,
    );
  }
}

function isWrong(cause: unknown): boolean {
  if (cause instanceof HttpError) return cause.status === 401;
  return cause instanceof RefusedError && (cause.code === "AccessDenied" || cause.code === "UnknownBell");
}
