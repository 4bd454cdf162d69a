/** T29: nothing that was rung acts on the terminal of who watches an inbox. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { bin } from "../support/doorbell.ts";
import { assertInboxHarmless, inboxAtTerminal } from "../support/hostile-inbox-terminal.ts";
import { hostileInboxItems } from "../support/hostile-inbox.ts";
import { scriptMissing } from "../support/needs.ts";

test("T29 inbox: nothing in an item acts on the terminal, or begins a line", { skip: scriptMissing }, async () => {
  assertInboxHarmless(await inboxAtTerminal(bin, ""));
});

test("T29 inbox: nor as JSON, which is still what was sent", { skip: scriptMissing }, async () => {
  const lines = await inboxAtTerminal(bin, "--json");
  assertInboxHarmless(lines);
  const items = lines.map((line) => (JSON.parse(line) as { item: unknown }).item);
  assert.deepEqual(
    items.slice(0, -1),
    hostileInboxItems.map((item) => (item.startsWith("{") ? (JSON.parse(item) as unknown) : item)),
  );
});
