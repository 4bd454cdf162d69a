import type { Message } from "../../../src/kernel/types.ts";

/** What the last of a chain does with a call: a number more, or every byte of what may be changed one more than its opcode. */
export function answerCall(message: Message): void {
  if (message.kind === "blockingScalar") return message.answer(message.words[0] + 1);
  if (message.kind !== "lend" && message.kind !== "mutableLend") return message[Symbol.dispose]();
  if (message.kind === "mutableLend") message.bytes.fill(message.id + 1);
  return message.answer({ valid: message.id });
}
