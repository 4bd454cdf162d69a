import assert from "node:assert/strict";

import { unsafe } from "./assert.ts";
import { bareEnvironment } from "./doorbell.ts";
import { hostileInboxItems, startHostileInbox } from "./hostile-inbox.ts";
import { Program } from "./program.ts";

/** All that the watch writes to a terminal until the last item. */
export async function inboxAtTerminal(program: string, options: string): Promise<readonly string[]> {
  await using hub = await startHostileInbox();
  const command = `stty -opost -echo; exec "${process.execPath}" "${program}" watch --inbox --port ${hub.port} ${options}`;
  const env = bareEnvironment({ TERM: "xterm", NO_COLOR: "1", DOORBELL_KEY: `read_${"x".repeat(32)}` });
  await using terminal = new Program("script", ["-qec", command, "/dev/null"], env);
  await terminal.until("the end", () => terminal.stdout.includes("the end"));
  terminal.send("\u0003");
  assert.equal((await terminal.ended).code, 0);
  return terminal.stdout.split("\n").slice(0, -1);
}

export function assertInboxHarmless(lines: readonly string[]): void {
  for (const line of lines) {
    assert.match(line, /^(inbox |\{"source":"inbox",)/, "a line that the watch did not begin");
    assert.doesNotMatch(line, unsafe, "a character that acts on the terminal");
  }
  assert.equal(lines.length, hostileInboxItems.length + 1);
}
