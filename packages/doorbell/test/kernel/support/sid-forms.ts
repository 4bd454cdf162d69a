import type { Sid } from "../../../src/kernel/ids.ts";

/** A way to write an id, or enough of one, and what to look for. */
export interface Form {
  readonly form: string;
  readonly needle: string | RegExp;
}

const swapped = (word: number): number => Buffer.from(Uint32Array.of(word).buffer).readUInt32BE();
const hex = (word: number): string => word.toString(16).padStart(8, "0");

/**
 * All the forms that an id is looked for in. A word is enough where it is written out (ten digits, or eight of hex), and
 * two words in a row where it is bytes: less than that is found by chance.
 */
export function formsOf(sid: Sid): Form[] {
  const words = [...sid.words()];
  const forms: Form[] = [];
  for (const [order, list] of [
    ["little", words],
    ["big", words.map(swapped)],
  ] as const) {
    for (const word of list) {
      if (word >= 1e8) forms.push({ form: `decimal, ${order}`, needle: new RegExp(`(?<!\\d)${word}(?!\\d)`) });
      if (word >= 2 ** 31 && word < 0xfa0a1f00) forms.push({ form: `signed, ${order}`, needle: `-${2 ** 32 - word}` });
      forms.push({ form: `hex, ${order}`, needle: new RegExp(hex(word), "i") });
      const double = Buffer.from(Float64Array.of(word).buffer);
      forms.push({ form: `a number's bytes, ${order}`, needle: double.toString("latin1") });
      forms.push({
        form: `a number's bytes reversed, ${order}`,
        needle: Buffer.from(double.toReversed()).toString("latin1"),
      });
    }
    const bytes = Buffer.from(Uint32Array.from(list).buffer);
    for (const at of [0, 4, 8]) {
      const pair = bytes.subarray(at, at + 8);
      forms.push({ form: `raw, ${order}`, needle: pair.toString("latin1") });
      forms.push({ form: `a list of bytes, ${order}`, needle: new RegExp([...pair].join("\\D{1,8}?")) });
      const digits = [...pair].map((byte) => byte.toString(16).padStart(2, "0"));
      forms.push({ form: `spaced hex, ${order}`, needle: new RegExp(digits.join("[\\s,:x0-]{0,4}?"), "i") });
      for (const big of [pair.readBigUInt64BE(), pair.readBigUInt64LE()])
        forms.push({ form: `64 bits in decimal, ${order}`, needle: String(big) });
    }
    forms.push({ form: `128 bits in decimal, ${order}`, needle: String(BigInt(`0x${bytes.toString("hex")}`)) });
    for (const shift of [0, 1, 2]) {
      // What of the text does not depend on the bytes before and after.
      const text = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString("base64")
        .replace(/=+$/, "");
      const own = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + 16) * 8) / 6));
      forms.push({ form: `base64, ${order}`, needle: own });
      forms.push({ form: `base64url, ${order}`, needle: own.replaceAll("+", "-").replaceAll("/", "_") });
    }
  }
  return forms;
}
