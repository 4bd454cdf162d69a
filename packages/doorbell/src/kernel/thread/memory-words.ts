import type { MemoryWords } from "../api.ts";
import { KernelError } from "../errors.ts";

/** Offset and valid are numbers or not there. */
export function checkMemoryWords(offset: number | undefined, valid: number | undefined): void {
  checkMemoryWord("offset", offset);
  checkMemoryWord("valid", valid);
}

function checkMemoryWord(name: string, word: number | undefined): void {
  if (word !== undefined && (typeof word !== "number" || Number.isNaN(word)))
    throw new KernelError("InvalidArgument", `The ${name} of memory is a number, or left out.`);
}

/** Refuses an answer to a lend that is of another kind, as a number is: the message can still be answered. */
export function checkMemoryAnswer(words: MemoryWords): void {
  const isRecord = typeof words === "object" && words !== null && !Array.isArray(words) && !ArrayBuffer.isView(words);
  const other = isRecord ? Object.keys(words).find((name) => name !== "offset" && name !== "valid") : undefined;
  if (isRecord && other === undefined) return;
  const found = other === undefined ? "" : `, and has no ${other}`;
  throw new KernelError(
    "InvalidArgument",
    `The answer to a lend is { offset, valid }, each of them a number or left out${found}: write into its bytes what it is to hold.`,
  );
}
