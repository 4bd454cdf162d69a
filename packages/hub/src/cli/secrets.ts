import { closeSync, openSync, readSync } from "node:fs";

import { Exit, Failure } from "./failure.ts";

/** More than any key or address of a bell has. */
const LINE_BYTES_MAX = 4_096;

/**
 * Reads the first line of a file that holds a key or an address: a list of processes shows what stands on a command line.
 *
 * @throws Failure that shows nothing of what the file holds
 */
export function readSecret(option: string, file: string): string {
  const [line = ""] = readStart(option, file).split(/\r?\n/, 1);
  if (line.trim() === "") throw new Failure(Exit.Usage, `${option}: the first line of ${file} is empty`);
  return line.trim();
}

/** The beginning, as far as a first line can go. It may be no file but a pipe, as of a password store. */
function readStart(option: string, file: string): string {
  const bytes = Buffer.alloc(LINE_BYTES_MAX);
  let length = 0;
  try {
    const opened = openSync(file, "r");
    try {
      for (
        let more = 1;
        more > 0 && length < LINE_BYTES_MAX && !bytes.subarray(0, length).includes("\n");
        length += more
      )
        more = readSync(opened, bytes, length, LINE_BYTES_MAX - length, null);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw new Failure(Exit.Usage, `${option}: ${(error as Error).message}`);
  }
  return bytes.toString("utf8", 0, length);
}

/**
 * Returns a complaint, which may quote what was typed, without keys, addresses of bells and login links; and without every
 * word that could be one without the rest: a long run of the characters of base64url with a digit or a capital letter.
 * They may be glued to something else, as in a mistyped option.
 */
export function redacted(message: string): string {
  return message
    .replace(/(owner|manage|read|session)_[\w-]{8,}/g, "$1_…")
    .replace(/(\/b\/|\/login#)[\w-]{8,}/g, "$1…")
    .replace(/[\w-]{32,}/g, (word) => (/[A-Z\d]/.test(word) ? "…" : word));
}
