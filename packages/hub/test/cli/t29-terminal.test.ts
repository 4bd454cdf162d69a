import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { bin } from "../support/doorbell.ts";
import { hostileItems } from "../support/hostile-hub.ts";
import { assertHarmless, atTerminal } from "../support/hostile-terminal.ts";
import { scriptMissing } from "../support/needs.ts";

// Side by side: each watch waits for a hub of its own to come back, again and again.
describe("T29", { skip: scriptMissing, concurrency: true }, () => {
  test("T29: nothing that a hub sends acts on the terminal", async () => {
    const written = await atTerminal(bin, "", { NO_COLOR: "1" });
    assertHarmless(written);
    assert.ok(
      written.includes('classified <img src=x onerror=alert(1)> & "quotes" $(id) `id`\n'),
      "plain text is shown as it is",
    );
    assert.ok(written.includes("classified \\x1b[2J\\x1b[31mred\n"));
  });

  test("T29: nor where the watch itself has colours", async () => {
    const written = await atTerminal(bin, "", {});
    // oxlint-disable-next-line no-control-regex -- the watch's own colours
    const own = /\u001b\[36m(random|classified)\u001b\[39m|^\u001b\[2m(.*)\u001b\[22m$/gm;
    assert.ok(own.test(written));
    assertHarmless(written.replaceAll(own, "$1$2"));
  });

  test("T29: nor as JSON, which is still what was sent", async () => {
    const written = await atTerminal(bin, "--json", { NO_COLOR: "1" });
    assertHarmless(written);
    const objects = written
      .split("\n")
      .filter((line) => line.startsWith('{"source":"classified"'))
      .map((line) => JSON.parse(line) as { item: string });
    assert.deepEqual(
      objects.map(({ item }) => item),
      hostileItems,
    );
  });
});
