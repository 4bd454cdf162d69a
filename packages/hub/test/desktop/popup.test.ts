import assert from "node:assert/strict";
import { test } from "node:test";

import type { Popup } from "../../src/desktop/popup.ts";
import { DesktopWorld } from "../support/desktop-world.ts";

const popup: Popup = { group: "g", summary: "s" };
const actions = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `a${index}`, label: "A" }));

for (const [what, at, past, message] of [
  ["summary", { summary: "s" }, { summary: "" }, /summary is a text that is not empty/],
  ["group", { group: "g" }, { group: "" }, /group is a text that is not empty/],
  ["body", { body: "" }, { body: 7 }, /body is a text/],
  ["name", { name: "" }, { name: null }, /name is a text/],
  ["icon", { icon: "i".repeat(1_024) }, { icon: "i".repeat(1_025) }, /icon is .* at most 1,024/],
  ["an icon's characters", { icon: "/a b" }, { icon: "a\nb" }, /icon is/],
  ["urgency", { urgency: "critical" }, { urgency: "urgent" }, /urgency is low, normal or critical/],
  ["category", { category: "c".repeat(128) }, { category: "c".repeat(129) }, /at most 128/],
  ["a category's shape", { category: "im.received" }, { category: "im..x" }, /names with dots/],
  ["expireMs", { expireMs: 2 ** 31 - 1 }, { expireMs: 2 ** 31 }, /expireMs is a whole number from 0 to 2147483647/],
  ["its lower end", { expireMs: 0 }, { expireMs: -1 }, /expireMs/],
  ["its fractions", { expireMs: 1 }, { expireMs: 1.5 }, /expireMs/],
  ["actions", { actions: actions(4) }, { actions: actions(5) }, /at most 4 actions/],
  [
    "an action's key",
    { actions: [{ key: "k".repeat(64), label: "" }] },
    { actions: [{ key: "k".repeat(65), label: "" }] },
    /1 to 64 visible ASCII/,
  ],
] as const)
  test(`${what} at its limit is shown, one past it is refused`, () => {
    const world = new DesktopWorld();
    world.core.show({ ...popup, ...at });
    assert.equal(world.daemon.calls.length, 1);
    const wrong = { ...popup, ...past } as unknown as Popup;
    assert.throws(() => world.core.show(wrong), { name: "DesktopError", code: "InvalidPopup", message });
  });
