/** T09: a source that floods the door, beside one that is well. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { systemClock } from "@doorbell-js/doorbell/line";
import { report } from "@doorbell-js/test-support/results";

import { openLineDoor } from "../../../src/line/line-door.ts";
import { SourcesOnThread } from "../../../src/threads/sources-on-thread.ts";
import { connectLine } from "../../support/line-client.ts";

const ADS = 50;
/** Lines of the flood that may come between an ad that is on the board and its notification: some full rings of it. */
const BETWEEN_MAX = 20_000;

test("T09 a source that floods keeps the other's notifications from nobody", { timeout: 120_000 }, async (t) => {
  const kernel = await Kernel.start();
  const log = (): void => {};
  const board = new SourcesOnThread(kernel, { name: "board", sources: { classified: {} }, clock: systemClock, log });
  const flooder = await kernel.spawn(new URL("../../support/flooding-source.js", import.meta.url));
  const { signal } = new AbortController();
  const door = await openLineDoor(kernel, { sources: ["random", "classified"], listen: [{ port: 0 }], log, signal });
  try {
    const [address] = door.addresses;
    assert.ok(address !== undefined && "port" in address);
    await using flooded = await connectLine(address);
    await using well = await connectLine(address);
    assert.equal(await flooded.ask("notif"), "OK");
    assert.equal(await well.ask("notif classified"), "OK");
    let most = 0;
    let flood = 0;
    for (let ad = 1; ad <= ADS; ad += 1) {
      await using poster = await connectLine(address);
      assert.equal(await poster.ask(`post ad ${ad}`), "OK");
      // Who is told of both hears of it through the flood ...
      let between = 0;
      while ((await flooded.next()) === "notif: random") between += 1;
      most = Math.max(most, between);
      flood += between;
      // ... and who is told of this source alone hears nothing else, and can read.
      assert.equal(await well.next(), "notif: classified");
      assert.equal(await well.ask("classified?"), `ad ${ad}`);
    }
    assert.ok(flood > 0, "there was no flood");
    assert.ok(most <= BETWEEN_MAX, `${most} lines of the flood came before an ad that was there`);
    report(t, `T09 door: ${ADS} of ${ADS} ads told beside ${flood} lines of a flood, at most ${most} before one`);
  } finally {
    await door[Symbol.asyncDispose]();
    await flooder.terminate();
    await board[Symbol.asyncDispose]();
    await kernel.leave();
  }
});
