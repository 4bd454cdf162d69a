const utf8 = new TextDecoder("utf-8", { fatal: true });

/** An encoded word of RFC 2047: a character set, an encoding, and the text in it. */
const encodedWord = /=\?([\w-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=/gi;
/** Blanks between two of them are no part of the text. */
const between = /(\?=)\s+(?==\?[\w-]{1,40}(?:\*[\w-]*)?\?[bq]\?)/gi;

/**
 * A header's text as it was meant. Node gives a byte for a character; senders write UTF-8, or Latin-1, or encode words after
 * RFC 2047. What cannot be decoded stays as it is.
 */
export function headerText(value: string): string {
  const text = fromBytes(value);
  if (!text.includes("=?")) return text.trim();
  return text
    .replace(between, "$1")
    .replace(encodedWord, (whole, charset: string, encoding: string, encoded: string) => {
      const bytes = encoding.toLowerCase() === "b" ? Buffer.from(encoded, "base64") : fromQ(encoded);
      try {
        return new TextDecoder(charset, { fatal: true }).decode(bytes);
      } catch {
        return whole;
      }
    })
    .trim();
}

function fromBytes(value: string): string {
  try {
    return utf8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

function fromQ(encoded: string): Buffer {
  const text = encoded.replaceAll("_", " ");
  return Buffer.from(
    text.replaceAll(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}
