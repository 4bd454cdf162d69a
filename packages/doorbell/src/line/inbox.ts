/** The source that a key opens. */
export const INBOX: string = "inbox";

/** What a key that opens nothing is answered with, as far as it is the same everywhere: it will open nothing later either. */
export const NO_INBOX: string = `no ${INBOX} has that key`;

const key = /^[\x21-\x7e]{1,255}$/;

/** Whether `text` can be a key: 1 to 255 printable characters of ASCII, blanks not among them. */
export function isKey(text: string): boolean {
  return key.test(text);
}
