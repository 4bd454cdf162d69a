import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { newFolder } from "@doorbell-js/test-support/folder";

import { ItemActions } from "../../src/cli/popups.ts";

/** The label of the button that opens a page, where there is one. */
function buttonOf(item: string): string | undefined {
  using folder = newFolder();
  writeFileSync(folder.file("xdg-open"), "#!/bin/sh\n");
  chmodSync(folder.file("xdg-open"), 0o755);
  const actions = new ItemActions({ PATH: folder.path }, () => {}).of(item);
  return actions.find(({ key }) => key === "open")?.label;
}

for (const [item, label] of [
  ["see https://example.org/a, and more", "Open example.org"],
  ["HTTP://EXAMPLE.ORG", undefined],
  ["(http://example.org:8080/).", "Open example.org:8080"],
  ["https://user@example.org/", undefined],
  ["https://user:secret@example.org/", undefined],
  ["https://.", undefined],
  ["https://)", undefined],
  ["https://[::1", undefined],
  ["javascript:alert(1)", undefined],
  ["file:///etc/passwd", undefined],
  ["https://p\u0430ypal.com/", "Open xn--pypal-4ve.com"],
  ["https://example.org\u202e/gpj.exe", "Open example.org"],
  [`https://${"a".repeat(31)}.org/`, `Open ${"a".repeat(31)}.org`],
  ["https://paypal.com.login.secure.account.evil.example/", "Open ….login.secure.account.evil.example"],
  [`https://example.org/${"a".repeat(2_028)}`, "Open example.org"],
  [`https://example.org/${"a".repeat(2_029)}`, undefined],
] as const)
  test(`a button for ${JSON.stringify(item.slice(0, 60))}: ${label ?? "none"}`, () => {
    assert.equal(buttonOf(item), label);
  });
