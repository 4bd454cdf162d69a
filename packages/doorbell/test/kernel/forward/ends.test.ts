/** Passing on while somebody ends. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { until, within } from "@doorbell-js/test-support/until";

import type { Kernel } from "../../../src/kernel/kernel.ts";
import type { ServerHandle } from "../../../src/kernel/thread/server.ts";
import type { Connection } from "../../../src/kernel/types.ts";
import { acquaint, asked, inChain, scalarOf } from "./chain.ts";

describe("passing on, when somebody ends", () => {
  test("the server that received it is destroyed while it waits", { timeout: 60_000 }, () =>
    inChain(1, async (chain) => {
      const { toInner, outer, inner } = chain;
      await acquaint(chain);
      assert.equal(toInner.tryScalar(10), undefined);
      const call = await asked(chain);
      const passing = call.message.forward(toInner, 2);
      passing.catch(() => {});
      assert.throws(() => outer.destroy(), { code: "ServerQueueFull" });
      outer.destroy({ force: true });
      await assert.rejects(call.answer, { code: "ServerNotFound" });
      assert.equal((await inner.receive()).id, 10);
      await assert.rejects(passing, { code: "DoubleFree" });
      assert.equal(inner.tryReceive(), undefined, "who called has been told that it failed");
    }),
  );

  for (const waitsFor of ["a way", "room"])
    test(
      `its caller ends while it waits for ${waitsFor}: that is no failure, and nothing goes`,
      { timeout: 60_000 },
      () =>
        inChain(1, async (chain, joined) => {
          const { toInner, inner, outer, caller } = chain;
          if (waitsFor === "room") {
            await acquaint(chain);
            assert.equal(toInner.tryScalar(10), undefined);
          }
          const { message } = await asked(chain);
          const leaving = caller.leave();
          const passing = message.forward(toInner, 2);
          await leaving;
          await until("the end is heard of", async () => (await joined.kernel.inspect()).threads.length === 3);
          if (waitsFor === "room") assert.equal((await inner.receive()).id, 10);
          await within("the forward ends", passing);
          assert.equal(outer.owed, 0);
          await assertIdle(joined.kernel);
          assert.equal(inner.tryReceive(), undefined, "nobody waits for an answer");
        }),
    );

  test("of threads that have ended nothing is kept", { timeout: 60_000 }, () =>
    inChain(4, async (chain, joined) => {
      const { outer, inner, toInner } = chain;
      const lanes = async (): Promise<number> =>
        (await joined.kernel.inspect()).threads.reduce((sum, thread) => sum + thread.lanes, 0);
      const before = await lanes();
      for (let round = 0; round < 20; round += 1) {
        const passer = await joined.join();
        const answer = passed(await passer.connect(outer.sid), outer, toInner, inner);
        assert.deepEqual(await answer, [6]);
        await passer.leave();
      }
      await until("all their lanes have ended", async () => (await lanes()) === before);
    }),
  );
});

async function passed(from: Connection, outer: ServerHandle, to: Connection, inner: ServerHandle): Promise<unknown> {
  const answer = from.blockingScalar(1);
  await (await outer.receive()).forward(to, 2);
  scalarOf(await inner.receive()).answer(6);
  return await answer;
}

/** Nothing is on its way or owed: every place in every queue is free. */
async function assertIdle(kernel: Kernel): Promise<void> {
  await until("every place is free", async () => (await kernel.inspect()).servers.every(({ queued }) => queued === 0));
  assert.equal((await kernel.inspect()).quarantined, 0);
}
