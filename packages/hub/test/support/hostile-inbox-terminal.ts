import assert from "node:assert/strict";

import { unsafe } from "./assert.ts";
import { hostileInboxItems, startHostileInbox } from "./hostile-inbox.ts";
import { watchAtTerminal } from "./hostile-terminal.ts";

/** Resolves to the lines that `doorbell watch --inbox` writes to a terminal until the last item. */
export async function inboxAtTerminal(program: string, given: string): Promise<readonly string[]> {
  await using hub = await startHostileInbox();
  const env = { NO_COLOR: "1", DOORBELL_KEY: `read_${"x".repeat(32)}` };
  const options = `--inbox --port ${hub.port} ${given}`;
  const written = await watchAtTerminal(program, options, env, (text) => text.includes("the end"));
  return written.split("\n").slice(0, -1);
}

export function assertInboxHarmless(lines: readonly string[]): void {
  for (const line of lines) {
    assert.match(line, /^(inbox |\{"source":"inbox",)/, "a line that the watch did not begin");
    assert.doesNotMatch(line, unsafe, "a character that acts on the terminal");
  }
  assert.equal(lines.length, hostileInboxItems.length + 1);
}
