import { LineError } from "../errors.ts";
import { isPlain } from "./text.ts";

/** The longest ad, in bytes of UTF-8. */
export const AD_BYTES_MAX = 1_024;

/** Half a surrogate pair: what a string can hold and UTF-8 cannot. */
const halfPair = /\p{Surrogate}/u;

/**
 * What keeps a text from being an ad, or `undefined`: an ad is 1 to 1,024 bytes of UTF-8 without control characters,
 * that could not be taken for one of the protocol's own lines.
 */
export function flawOfAd(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes < 1 || bytes > AD_BYTES_MAX) return `an ad is 1 to ${AD_BYTES_MAX} bytes, this one is ${bytes}`;
  if (!isPlain(text)) return "an ad has no control characters, line ends and tabs among them";
  if (halfPair.test(text)) return "an ad is well-formed text: this one has half a surrogate pair";
  if (isProtocolLine(text)) return 'an ad is not "OK" and does not begin with "notif:" or "error:"';
  return undefined;
}

/**
 * Refuses a text that cannot be an ad.
 *
 * @throws LineError `InvalidAd`, with the rule it breaks
 */
export function checkAd(text: string): void {
  const flaw = flawOfAd(text);
  if (flaw !== undefined) throw new LineError("InvalidAd", flaw);
}

/** Whether a server's line of this text would mean something else than an item. */
export function isProtocolLine(text: string): boolean {
  return text === "OK" || text.startsWith("notif:") || text.startsWith("error:");
}
