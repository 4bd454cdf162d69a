import { isUtf8 } from "node:buffer";

/** What a network is called may be any bytes, of anybody's choosing; 802.11 allows 32. */
const SSID_BYTES_MAX = 32;

/** Control characters, those that hide or reorder text, those that end a line; and what the escapes begin with. */
const ESCAPED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu;

/**
 * A Wi-Fi network's name as text that is safe to show: UTF-8 as it is, save that a backslash is `\\`, and a byte that
 * is not UTF-8, or is part of a character that controls, hides or reorders text, is `\x` and two digits. So different
 * names are different texts. Null for no name (a hidden network's), and for what is too long to be one.
 */
export function ssidText(bytes: Uint8Array): string | null {
  if (bytes.length === 0 || bytes.length > SSID_BYTES_MAX) return null;
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = utf8Length(bytes, at);
    const character = bytes.subarray(at, at + Math.max(length, 1));
    text += length === 0 ? escapedBytes(character) : safeText(Buffer.from(character).toString());
    at += character.length;
  }
  return text;
}

/** Text that is safe to show, by the same escapes. */
export function safeText(text: string): string {
  return text.replace(ESCAPED, (character) => (character === "\\" ? "\\\\" : escapedBytes(Buffer.from(character))));
}

/** How many bytes the UTF-8 character there has, or 0 if there is none. */
function utf8Length(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1)
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}

function escapedBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
