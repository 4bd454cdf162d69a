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
