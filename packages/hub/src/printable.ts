/**
 * What others sent, safe to show: control characters, which a terminal would act on, and characters that hide or
 * reorder text are spelled out.
 */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
  });
}

/** JSON of a value, as safe to show, and still the same value to whoever parses it. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

// Control characters, line and paragraph separators; then, by number, what is invisible or reorders the text around it.
// Joiners (200c, 200d) are left alone: emoji and several scripts need them.
const unsafe =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
