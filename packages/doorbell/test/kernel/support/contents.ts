/** What memory holds, made and looked at by native code: byte after byte in JavaScript takes longer than all that is tested. */

import { Memory } from "../../../src/kernel/memory.ts";

/** No test's memory has more. */
const most = 2 ** 19;
const rule = new Uint8Array(most);
for (let at = 0; at < 256; at += 1) rule[at] = 7 * at;
for (let done = 256; done < most; done *= 2) rule.copyWithin(done, 0, done);

/** That many bytes, each 7 more than the one before it, from the first on. */
export function ruled(size: number, first = 0): Uint8Array {
  return part(size, first).slice();
}

/** Memory of that many such bytes. */
export function ruledMemory(size: number): Memory {
  const memory = new Memory(size);
  memory.bytes.set(part(size, 0));
  return memory;
}

/** Whether the bytes are as {@link ruled} makes them. */
export function isRuled(bytes: Uint8Array, first = 0): boolean {
  return Buffer.compare(bytes, part(bytes.length, first)) === 0;
}

/** Whether all bytes are that one, modulo 256. */
export function isAll(bytes: Uint8Array, byte: number): boolean {
  if (bytes.length === 0) return true;
  return bytes[0] === (byte & 255) && Buffer.compare(bytes.subarray(1), bytes.subarray(0, -1)) === 0;
}

/** 183 is the inverse of 7 modulo 256. */
function part(size: number, first: number): Uint8Array {
  const start = (first * 183) & 255;
  if (start + size > most) throw new Error(`no memory of a test has ${size} bytes`);
  return rule.subarray(start, start + size);
}
