/** Histories of inboxes, as they come, against a pure model of one. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { report } from "@doorbell-js/test-support/results";
import { runs, seed } from "@doorbell-js/test-support/seed";
import fc from "fast-check";

import { InboxWorld } from "../../support/inbox-world.ts";
import { commands } from "./commands.ts";
import { Player } from "./player.ts";

test("an inbox does what its model does, whatever is done to it", { timeout: 300_000 }, async (t) => {
  await using world = await InboxWorld.start();
  let number = 0;
  let done = 0;
  const details = await fc.check(
    fc.asyncProperty(commands, async (history) => {
      const player = await Player.start(world, `i${(number += 1)}`);
      try {
        for (const command of history) {
          await player.play(command);
          done += 1;
        }
        await player.compare();
      } finally {
        await player[Symbol.asyncDispose]();
      }
    }),
    runs(100),
  );
  assert.ok(!details.failed, await fc.asyncDefaultReportMessage(details));
  report(t, `inboxes against their model: ${number} histories, ${done} commands, 0 differences, seed ${seed}`);
});
