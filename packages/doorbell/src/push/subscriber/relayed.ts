import { decode, encodeNew, Memory, type MemoryWords, type Message, type Shape } from "../../kernel/index.ts";
import type { SubscriptionApi } from "../api.ts";
import type { Ring } from "./reader.ts";

/** The gap follows the event, as eight bytes that are not said to be valid: a main that declares a service gets the event alone. */
const tailBytes = 8;

/** A ring that is passed on over a connection: what is lent, and the numbers that go along. */
export function relayed<T>(
  shape: Shape<T>,
  { value, sequence, gap = Number.NaN }: Ring<T>,
): { readonly memory: Memory; readonly words: MemoryWords } {
  const event = encodeNew(shape, value);
  const bytes = new Uint8Array(event.length + tailBytes);
  bytes.set(event);
  new DataView(bytes.buffer).setFloat64(event.length, gap, true);
  return { memory: Memory.adopt(bytes.buffer), words: { offset: sequence, valid: event.length } };
}

/**
 * Reads a ring at a main that is subscribed through a connection: on whichever thread main is, without the subscription. Gives
 * nothing if the message is no such ring. It gives the message back, so that the next one can come. Never fails.
 *
 * Only the opcode, which is main's own, tells that it is a ring: every holder of a connection that passes it can send such a message.
 */
export function readRing<T>(
  { shape }: Pick<SubscriptionApi<T>, "shape">,
  message: Message | { readonly message: Message },
): Ring<T> | undefined {
  const plain = "message" in message ? message.message : message;
  if (plain.kind !== "lend") return undefined;
  const { bytes, valid = bytes.length, offset: sequence = 0 } = plain;
  try {
    if (!Number.isInteger(valid) || valid < 0 || valid > bytes.length) return undefined;
    return { value: decode(shape, bytes.subarray(0, valid)), sequence, gap: gapAfter(bytes, valid) };
  } catch {
    return undefined;
  } finally {
    plain[Symbol.dispose]();
  }
}

function gapAfter(bytes: Uint8Array, valid: number): number | undefined {
  if (bytes.length - valid !== tailBytes) return undefined;
  const gap = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(valid, true);
  return Number.isSafeInteger(gap) && gap >= 0 ? gap : undefined;
}
