import { f64, oneOf, option, record, type Shape, text, variant } from "@doorbell-js/doorbell/kernel";

import { type RefusalCode, refusalCodes, RefusedError } from "../../inbox/index.ts";

/** A refusal between threads. */
interface RefusalIpc {
  readonly code: RefusalCode;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

/** What was done, or why it was refused. */
export type Answer<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly value: RefusalIpc };

const MESSAGE_BYTES_MAX = 1_024;

const refusal: Shape<RefusalIpc> = record({
  code: oneOf(...refusalCodes),
  message: text(MESSAGE_BYTES_MAX),
  retryAfterMs: option(f64),
});

export function answerOf<T>(value: Shape<T>): Shape<Answer<T>> {
  return variant({ done: value, refused: refusal }) as unknown as Shape<Answer<T>>;
}

/** Does it, and gives what came of it. What is no refusal goes to `onError`, and the caller hears that it failed. */
export async function answering<T>(work: () => T | Promise<T>, onError: (cause: unknown) => void): Promise<Answer<T>> {
  try {
    return { kind: "done", value: await work() };
  } catch (cause) {
    if (!(cause instanceof RefusedError)) onError(cause);
    const { code, message, retryAfterMs } =
      cause instanceof RefusedError
        ? cause
        : new RefusedError({ code: "StoreFailed", message: "it failed in the hub" });
    // A quarter of the bytes that a text may have: whatever its characters are, it fits.
    return { kind: "refused", value: { code, message: message.slice(0, MESSAGE_BYTES_MAX / 4), retryAfterMs } };
  }
}

/** What was done; throws what was refused. */
export function done<T>(answer: Answer<T>): T {
  if (answer.kind === "done") return answer.value;
  const { code, message, retryAfterMs } = answer.value;
  throw new RefusedError({ code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
