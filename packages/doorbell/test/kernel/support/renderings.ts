import { inspect } from "node:util";
import { serialize } from "node:v8";

const everything = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null } as const;

function attempt(run: () => unknown): string {
  try {
    return String(run());
  } catch (error) {
    // What cannot be rendered says why, and that must not say it either.
    return inspect(error, everything);
  }
}

/** All that a program can make of a value without asking it for its secret; bytes as text of one character each. */
export function renderings(value: unknown): string[] {
  const clone = (): unknown => structuredClone(value);
  return [
    attempt(() => inspect(value, everything)),
    attempt(() => inspect(value, { ...everything, customInspect: false, getters: true })),
    attempt(() => value),
    attempt(() => `in a text: ${value as string}`),
    attempt(() => JSON.stringify({ value })),
    attempt(() => inspect(clone(), everything)),
    attempt(() => serialize(value).toString("latin1")),
    attempt(() => inspect(Object.getOwnPropertyDescriptors(value), everything)),
    ...(value instanceof Error ? [value.message, value.stack ?? "", ...renderings(value.cause)] : []),
    ...bytesIn(value, new Set()),
  ];
}

/** The bytes of all memory that can be reached from a value, whole buffers and not only what a view shows of them. */
function bytesIn(value: unknown, seen: Set<unknown>): string[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  if (ArrayBuffer.isView(value)) return bytesIn(value.buffer, seen);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return [Buffer.from(new Uint8Array(value)).toString("latin1")];
  return Object.values(value).flatMap((one) => bytesIn(one, seen));
}
