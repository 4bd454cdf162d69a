import assert from "node:assert/strict";

import { type RefusalCode, RefusedError } from "../../src/inbox/rules.ts";

/** Asserts that it is refused with this code, and gives the message. */
export async function refused(code: RefusalCode, asked: () => unknown, message: RegExp = /./): Promise<string> {
  try {
    await asked();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return error.message;
  }
  return assert.fail(`it was not refused with ${code}`);
}
