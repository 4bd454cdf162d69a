import assert from "node:assert/strict";
import { test } from "node:test";

import { Kernel } from "@doorbell-js/doorbell/kernel";
import { FakeClock } from "@doorbell-js/test-support/fake-clock";

import { SourcesOnThread } from "../../src/threads/sources-on-thread.ts";

test("a network thread that is told to quit as it starts ends by itself", { timeout: 60_000 }, async () => {
  await using kernel = await Kernel.start();
  for (let run = 0; run < 3; run += 1) {
    // Its clock stands still: the time after which such a thread is ended as it is never comes.
    const clock = new FakeClock();
    const sources = new SourcesOnThread(kernel, { name: "network", sources: { network: {} }, clock, log: () => {} });
    await sources[Symbol.asyncDispose]();
    assert.equal(sources.thread, undefined);
    assert.equal(clock.pending, 0);
  }
});
