import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { assertDone } from "../support/assert.ts";
import { InboxHub, ringBell } from "../support/inbox-hub.ts";
import { scriptMissing } from "../support/needs.ts";

describe("a command that ends something for good", () => {
  let hub: InboxHub;
  before(async () => {
    hub = await InboxHub.start();
  });
  after(() => hub[Symbol.asyncDispose]());

  /** Runs a command at a terminal, where a person answers its question. */
  async function answered(
    words: string,
    answer: string,
  ): Promise<{ readonly code: number | null; readonly shown: string }> {
    await using command = hub.atTerminal(words);
    await command.until("its question", () => command.stdout.includes("[y/N] "));
    command.send(answer);
    return { code: (await command.ended).code, shown: command.stdout };
  }

  test("asks at a terminal, and anything but yes changes nothing", { skip: scriptMissing }, async () => {
    await hub.prints("inbox", "new", "asked");
    const address = await hub.newBell("door", { inbox: "asked" });
    await ringBell(address, "one");
    const question = "Delete the inbox asked with 1 item and 1 bell, for good? [y/N] ";
    for (const answer of ["", "n", "yess", "\u0004"]) {
      const { code, shown } = await answered("inbox delete asked", answer);
      assert.deepEqual({ code, shown }, { code: 1, shown: `${question}doorbell: nothing was changed\n` });
    }
    const interrupted = await answered("inbox delete asked", "\u0003");
    assert.deepEqual(interrupted, { code: 130, shown: question });
    const revoking = await answered("bell revoke door --inbox asked", "no");
    assert.match(
      revoking.shown,
      /^Revoke the bell "door" \(number \d+, rung once\), for good\? \[y\/N\] doorbell: nothing/,
    );
    const lowering = await answered("inbox retention asked --bytes-max 64KiB --age-max 1d", "n");
    assert.match(
      lowering.shown,
      /^From the inbox asked go, for good: items older than 1 day\. Go on\? \[y\/N\] doorbell: nothing/,
    );
    await ringBell(address, "two");
    const fewer = await answered("inbox retention asked --items-max 1", "n");
    assert.match(fewer.shown, /^From the inbox asked go, for good: the oldest 1 item\. Go on/);
    const done = await answered("inbox delete asked", "Yes");
    assert.equal(done.code, 0);
    assert.match(
      done.shown,
      /with 2 items and 1 bell, for good\? \[y\/N\] The inbox asked is deleted, with 2 items and 1 bell: /,
    );
  });

  test(
    "asks nothing with --yes, and where there is no terminal; it says what it ended",
    { skip: scriptMissing },
    async () => {
      await hub.prints("inbox", "new", "gone");
      const address = await hub.newBell("gone", { inbox: "gone" });
      await using command = hub.atTerminal("bell revoke gone --inbox gone --yes");
      assert.equal((await command.ended).code, 0);
      assert.match(
        command.stdout,
        /^The bell "gone" \(number \d+, never rung\) is revoked: its address rings nothing\. What it rang stays in the inbox gone\.\n$/,
      );
      assert.equal((await fetch(address, { method: "POST" })).status, 404);
      assertDone(
        await hub.run("inbox", "delete", "gone"),
        "The inbox gone is deleted, with 0 items and 0 bells: its keys open nothing, and its bells ring nothing.\n",
      );
    },
  );
});
