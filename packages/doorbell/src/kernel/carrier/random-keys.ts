import { randomFillSync } from "node:crypto";

/** Keys of calls, from the system's source of randomness: many are drawn at once, and each is wiped when it was given. */
export function randomKeys(): () => number {
  const words = new Uint32Array(512);
  let at = words.length;
  return () => {
    if (at === words.length) {
      randomFillSync(words);
      at = 0;
    }
    const key = ((words[at] ?? 0) >>> 11) * 2 ** 32 + (words[at + 1] ?? 0);
    words[at] = 0;
    words[at + 1] = 0;
    at += 2;
    return key;
  };
}
