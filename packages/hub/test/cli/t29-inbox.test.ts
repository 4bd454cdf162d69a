/** T29: nothing that was rung acts on the terminal of who watches an inbox. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { unsafe } from "../support/assert.ts";
import { breakPackage } from "../support/canary.ts";
import { bareEnvironment, bin } from "../support/doorbell.ts";
import { hostileInboxItems, startHostileInbox } from "../support/hostile-inbox.ts";
import { scriptMissing } from "../support/needs.ts";
import { Program } from "../support/program.ts";

/** All that the watch writes to a terminal until the last item. */
async function atTerminal(program: string, options: string): Promise<readonly string[]> {
  await using hub = await startHostileInbox();
  const command = `stty -opost -echo; exec "${process.execPath}" "${program}" watch --inbox --port ${hub.port} ${options}`;
  const env = bareEnvironment({ TERM: "xterm", NO_COLOR: "1", DOORBELL_KEY: `read_${"x".repeat(32)}` });
  await using terminal = new Program("script", ["-qec", command, "/dev/null"], env);
  await terminal.until("the end", () => terminal.stdout.includes("the end"));
  terminal.send("\u0003");
  assert.equal((await terminal.ended).code, 0);
  return terminal.stdout.split("\n").slice(0, -1);
}

function assertHarmless(lines: readonly string[]): void {
  for (const line of lines) {
    assert.match(line, /^(inbox |\{"source":"inbox",)/, "a line that the watch did not begin");
    assert.doesNotMatch(line, unsafe, "a character that acts on the terminal");
  }
  assert.equal(lines.length, hostileInboxItems.length + 1);
}

test("T29 inbox: nothing in an item acts on the terminal, or begins a line", { skip: scriptMissing }, async () => {
  assertHarmless(await atTerminal(bin, ""));
});

test("T29 inbox: nor as JSON, which is still what was sent", { skip: scriptMissing }, async () => {
  const lines = await atTerminal(bin, "--json");
  assertHarmless(lines);
  const items = lines.map((line) => (JSON.parse(line) as { item: unknown }).item);
  assert.deepEqual(
    items.slice(0, -1),
    hostileInboxItems.map((item) => (item.startsWith("{") ? (JSON.parse(item) as unknown) : item)),
  );
});

test("T29 canary: text of an item that is printed as it is, is found out", { skip: scriptMissing }, async () => {
  const folder = breakPackage({
    name: "inbox-text",
    file: "printable.js",
    find: "return text.replace(unsafe",
    replace: "return text; text.replace(unsafe",
  });
  try {
    const lines = await atTerminal(join(folder, "bin/doorbell.js"), "");
    assert.throws(() => assertHarmless(lines), { name: "AssertionError" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
