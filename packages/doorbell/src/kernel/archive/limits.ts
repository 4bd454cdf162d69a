import { KernelError } from "../errors.ts";

/** The most that a text, a list or bytes may be allowed to hold. */
const LENGTH_MAX: number = 2 ** 28;

/** The most cases that a variant or an enumeration may have: its number is one byte. */
export const CASES_MAX = 256;

/** Refuses a length that no shape can have. */
export function checkLength(of: string, length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > LENGTH_MAX)
    throw new KernelError(
      "InvalidArgument",
      `${of}: the length is a whole number from 0 to ${LENGTH_MAX}, not ${String(length)}`,
    );
}

/** Refuses names that are not those of a plain object's own properties, or that cannot be told apart from what every object has. */
export function checkNames(of: string, names: object): void {
  const prototype: unknown = Object.getPrototypeOf(names);
  if (prototype !== Object.prototype && prototype !== null)
    throw new KernelError("InvalidArgument", `${of}: give the names in a plain object`);
  if (Object.hasOwn(names, "__proto__"))
    throw new KernelError("InvalidArgument", `${of}: __proto__ cannot be a name; choose another`);
}

/** Bytes of the number that says how many follow, of `max` at most. */
export function prefixBytes(max: number): 1 | 2 | 4 {
  if (max <= 0xff) return 1;
  return max <= 0xffff ? 2 : 4;
}
