/** Faults planted in what makes a text harmless, each of which the tests of T29 at a terminal find. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { breakPackage } from "@doorbell-js/test-support/canary";

import { assertInboxHarmless, inboxAtTerminal } from "../../support/hostile-inbox-terminal.ts";
import { assertHarmless, atTerminal } from "../../support/hostile-terminal.ts";
import { scriptMissing } from "../../support/needs.ts";

for (const { name, find, replace } of [
  { name: "printable", find: "return text.replace(unsafe", replace: "return text; text.replace(unsafe" },
  {
    name: "printable-json",
    find: "return JSON.stringify(value).replace(unsafe",
    replace: "return JSON.stringify(value); ''.replace(unsafe",
  },
])
  test(`T29 canary: a ${name} that changes nothing is found out`, { skip: scriptMissing }, async () => {
    const folder = breakPackage(import.meta.dirname, { name, file: "src/printable.ts", find, replace });
    try {
      const bin = join(folder, "bin/doorbell.js");
      const written = await atTerminal(bin, name === "printable" ? "" : "--json", { NO_COLOR: "1" });
      assert.throws(() => assertHarmless(written), { name: "AssertionError", message: /^U\+\w+ at the terminal/ });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

test("T29 canary: text of an item that is printed as it is, is found out", { skip: scriptMissing }, async () => {
  const folder = breakPackage(import.meta.dirname, {
    name: "inbox-text",
    file: "src/printable.ts",
    find: "return text.replace(unsafe",
    replace: "return text; text.replace(unsafe",
  });
  try {
    const lines = await inboxAtTerminal(join(folder, "bin/doorbell.js"), "");
    assert.throws(() => assertInboxHarmless(lines), { name: "AssertionError" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
