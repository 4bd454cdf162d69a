import { KernelError } from "./errors.ts";

/** The options of a call that was given none: the same object each time, so that nothing has to be looked at. */
export const noOptions: Readonly<Record<string, never>> = Object.freeze({});

/**
 * @internal Refuses options that a call does not have, as a misspelt one: otherwise it would be ignored, and the call would wait for
 * ever, say. Fails with `InvalidArgument`, which names the option and those that there are, and shows no value.
 */
export function checkKnown(call: string, options: object, known: readonly string[]): void {
  if (options === noOptions) return;
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options))
    throw new KernelError("InvalidArgument", `${call} takes options as an object: { ${known.join(", ")} }.`);
  for (const name in options)
    if (!known.includes(name))
      throw new KernelError("InvalidArgument", `${call} has no option ${name}; there are ${known.join(", ")}.`);
}

/** @internal Whether that can be an opcode: an unsigned word of 32 bits. */
export function isOpcode(value: unknown): boolean {
  return typeof value === "number" && value >>> 0 === value;
}
