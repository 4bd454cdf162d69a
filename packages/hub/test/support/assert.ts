import assert from "node:assert/strict";

import type { doorbell } from "./doorbell.ts";

type Outcome = Awaited<ReturnType<typeof doorbell>>;

/** A command failed as commands fail: nothing on standard output, one line on standard error, and this exit code. */
export function assertFailed(outcome: Outcome, code: number, message: RegExp): void {
  assert.match(outcome.stderr, /^doorbell: [^\n]+\n$/);
  assert.match(outcome.stderr, message);
  assert.equal(outcome.stdout, "");
  assert.equal(outcome.code, code);
}

/** A command did what it was asked, and printed this and nothing else. */
export function assertDone(outcome: Outcome, stdout: string | RegExp, stderr = ""): void {
  assert.equal(outcome.stderr, stderr);
  if (typeof stdout === "string") assert.equal(outcome.stdout, stdout);
  else assert.match(outcome.stdout, stdout);
  assert.equal(outcome.code, 0);
}

/** The characters that a terminal would act on, save line ends, and those that hide or reorder text. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
export const unsafe: RegExp =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
