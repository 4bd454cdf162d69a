import type { MemoryWords } from "../../../src/kernel/types.ts";
import { isRuled, ruled } from "../support/contents.ts";
import type { Contents, Extent } from "./command.ts";

/** The bytes of that rule. */
export function bytesOf({ size, fill }: Contents): Uint8Array {
  return ruled(size, fill);
}

/** The rule of these bytes. */
export function contentsOf(bytes: Uint8Array): Contents {
  // Bytes that were taken away have no length, and cannot be looked at: that differs from what the model says.
  if (bytes.length === 0) return { size: 0, fill: 0 };
  const fill = bytes[0] ?? 0;
  return { size: bytes.length, fill: isRuled(bytes, fill) ? fill : -1 };
}

export function extentOf({ offset, valid }: MemoryWords): Extent {
  return { offset: offset ?? null, valid: valid ?? null };
}

export function wordsOf({ offset, valid }: Extent): MemoryWords {
  return { offset: offset ?? undefined, valid: valid ?? undefined };
}
